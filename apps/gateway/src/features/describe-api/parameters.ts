import { applyDecorators, ParseUUIDPipe } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import { Problem } from '@calendar-sync/service-host';

/** 400 with the name of the field. */
export const invalidField = (field: string, detail: string) =>
  new Problem(400, { code: 'invalid-request', detail: `${field}: ${detail}`, errors: [{ field, detail }] });

/** A path parameter that must be a UUID. */
export const uuidParameter = (name: string) =>
  new ParseUUIDPipe({ exceptionFactory: () => invalidField(name, 'must be a UUID') });

/** `user_id` in the documentation. */
export const ApiOwner = () =>
  applyDecorators(
    ApiParam({
      name: 'user_id',
      description: 'Whose it is: `sub` of his own tokens, as it was connected',
      example: 'ada',
    }),
  );
