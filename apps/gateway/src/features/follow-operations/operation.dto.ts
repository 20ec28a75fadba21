import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { operationKinds } from '../../domain/operation.decider';

export class OperationStepDto {
  @ApiProperty({ example: 'calendars-listed' })
  step: string;
  @ApiProperty({ format: 'date-time' })
  at: string;
  @ApiPropertyOptional({ example: '3 calendars' })
  detail?: string;
}

export class OperationProblemDto {
  @ApiProperty({ example: 'access-revoked', description: 'Stable, in kebab-case' })
  code: string;
  @ApiProperty({ description: 'What went wrong and what would put it right' })
  detail: string;
}

export class OperationLinksDto {
  @ApiProperty({ example: '/api/v1/calendar/operations/0f8fad5b-d9cb-469f-a165-70867728950e' })
  self: string;
  @ApiPropertyOptional({ description: 'Where the outcome is seen', example: '/api/v1/calendar/connections/ada' })
  result?: string;
}

export class OperationDto {
  @ApiProperty({ format: 'uuid', example: '0f8fad5b-d9cb-469f-a165-70867728950e' })
  operationId: string;
  @ApiProperty({ example: 'ada' })
  userId: string;
  @ApiProperty({ enum: operationKinds })
  kind: string;
  @ApiProperty({
    enum: ['accepted', 'running', 'succeeded', 'failed', 'expired'],
    description: '`expired`: nothing was answered within 10 minutes; a late answer still changes it',
  })
  status: string;
  @ApiPropertyOptional({ format: 'uuid' })
  connectionId?: string;
  @ApiPropertyOptional({ type: [String], format: 'uuid' })
  calendarIds?: string[];
  @ApiProperty({ type: [OperationStepDto] })
  steps: OperationStepDto[];
  @ApiPropertyOptional({ type: 'object', additionalProperties: true, description: 'Of one that succeeded' })
  result?: Record<string, unknown>;
  @ApiPropertyOptional({ type: OperationProblemDto, description: 'Of one that failed or expired' })
  problem?: OperationProblemDto;
  @ApiProperty({ format: 'date-time' })
  acceptedAt: string;
  @ApiPropertyOptional({ format: 'date-time' })
  finishedAt?: string;
  @ApiProperty({ type: OperationLinksDto })
  links: OperationLinksDto;
}
