import { type ValidationError, ValidationPipe } from '@nestjs/common';
import { type FieldFault, Problem } from './problem';

/** Checks class-validator DTOs at the HTTP door: unknown fields are refused, every fault is named at once. */
export const validationPipe = () =>
  new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    validationError: { target: false, value: false },
    exceptionFactory: (errors) => {
      const faults = faultsOf(errors);
      return new Problem(400, {
        code: 'invalid-request',
        detail: faults.map(({ field, detail }) => `${field}: ${detail}`).join('; '),
        errors: faults,
      });
    },
  });

function faultsOf(errors: readonly ValidationError[], parent = ''): FieldFault[] {
  return errors.flatMap(({ property, constraints, children }) => {
    const field = parent === '' ? property : `${parent}.${property}`;
    return [
      ...Object.values(constraints ?? {}).map((detail) => ({ field, detail })),
      ...faultsOf(children ?? [], field),
    ];
  });
}
