import { applyDecorators } from '@nestjs/common';
import { ApiAcceptedResponse, ApiHeader, ApiResponse } from '@nestjs/swagger';
import { ApiProblems } from '../describe-api/problem.dto';
import { OperationDto } from '../follow-operations/operation.dto';

/** What every command answers and takes beside its body. */
export const ApiCommand = ({ success }: { success: 200 | 201 }) =>
  applyDecorators(
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description: 'The same answer again for 24 hours, however often it is sent; with another body a 422',
      schema: { type: 'string', maxLength: 255, example: 'connect-ada-1' },
    }),
    ApiHeader({
      name: 'Prefer',
      required: false,
      description: '`wait=N`, at most 30 seconds: answer with the outcome if it comes in that time',
      schema: { type: 'string', example: 'wait=10' },
    }),
    ApiAcceptedResponse({
      type: OperationDto,
      description: 'Accepted; follow the operation at Location',
      headers: {
        Location: { description: 'The operation', schema: { type: 'string' } },
        'Preference-Applied': { description: 'When the caller asked to wait', schema: { type: 'string' } },
      },
    }),
    ApiResponse({
      status: success,
      description: 'Done within the time that the caller waited',
      headers: { Location: { description: 'Where the outcome is seen', schema: { type: 'string' } } },
      type: OperationDto,
    }),
    ApiProblems(400, 403, 404, 422, 503),
  );
