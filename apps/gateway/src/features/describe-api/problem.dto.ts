import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiProperty, ApiPropertyOptional, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { problemDocument } from '@calendar-sync/service-host';

export class FieldFaultDto {
  @ApiProperty({ example: 'from' })
  field: string;
  @ApiProperty({ example: 'must be an RFC 3339 time with offset, as in 2026-11-23T09:00:00+01:00' })
  detail: string;
}

/** RFC 9457 */
export class ProblemDto {
  @ApiProperty({ example: 'urn:calendar-sync:problem:not-found' })
  type: string;
  @ApiProperty({ example: 'There is no such thing' })
  title: string;
  @ApiProperty({ example: 404 })
  status: number;
  @ApiProperty({ example: 'not-found', description: 'Stable, in kebab-case; what a program decides by' })
  code: string;
  @ApiPropertyOptional()
  detail?: string;
  @ApiPropertyOptional({ type: [FieldFaultDto] })
  errors?: FieldFaultDto[];
  @ApiPropertyOptional({ description: 'Stands in the log of the service, too' })
  incidentId?: string;
}

const descriptions: Record<number, string> = {
  400: 'A parameter or the body is not as it must be; the field is named',
  401: 'No token, or one that is not accepted; see WWW-Authenticate',
  403: 'The token lacks a scope',
  404: 'Not there, or not yours',
  413: 'The body is larger than this route takes',
  422: 'Understood, but a rule says no',
  429: 'Too many requests; see Retry-After',
  503: 'Not available at the moment; see Retry-After',
};

/** As they really come: with the field that is wrong, the scope that lacks. */
const examples: Record<number, Parameters<typeof problemDocument>[1]> = {
  400: {
    code: 'invalid-request',
    detail: 'from: must be an RFC 3339 time with offset, as in 2026-11-23T09:00:00+01:00',
    errors: [{ field: 'from', detail: 'must be an RFC 3339 time with offset, as in 2026-11-23T09:00:00+01:00' }],
  },
  401: { detail: 'the token has expired' },
  403: { code: 'insufficient-scope', detail: 'the token lacks the scope entries:read' },
  404: { detail: 'there is no such thing, or it is not yours' },
  413: { detail: 'send a smaller body' },
  422: {
    code: 'idempotency-key-reused',
    detail: 'this Idempotency-Key was used for another request within the last 24 hours: take a new one',
  },
  429: { detail: 'at most 3000 requests a minute: try again in 2 s' },
};

const headers: Record<number, Record<string, { description: string; schema: { type: 'string' } }>> = {
  401: { 'WWW-Authenticate': { description: 'RFC 6750', schema: { type: 'string' } } },
  429: { 'Retry-After': { description: 'Seconds', schema: { type: 'string' } } },
};

/** The problems of a route, with those that every route has. */
export const ApiProblems = (...statuses: number[]) =>
  applyDecorators(
    ApiExtraModels(ProblemDto),
    ...[...new Set([...statuses, 401, 429])].map((status) =>
      ApiResponse({
        status,
        description: descriptions[status] ?? '',
        ...(headers[status] && { headers: headers[status] }),
        content: {
          'application/problem+json': {
            schema: { $ref: getSchemaPath(ProblemDto) },
            example: problemDocument(status, examples[status]),
          },
        },
      }),
    ),
  );
