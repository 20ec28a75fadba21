import { type ValidationError, ValidationPipe } from '@nestjs/common';
import { type FieldFault, Problem } from './problem';

/**
 * Checks class-validator DTOs at the HTTP door: every field at fault is named at once, with one fault each. Unknown fields are refused, or
 * left out where the shape is somebody else's, who may add some.
 */
export const validationPipe = ({ unknown = 'refused' }: { unknown?: 'refused' | 'left out' } = {}) =>
  new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: unknown === 'refused',
    stopAtFirstError: true,
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
      ...Object.entries(constraints ?? {}).map(([rule, detail]) => ({
        field,
        detail: rule === 'whitelistValidation' ? 'is not known here: leave it out' : detail,
      })),
      ...faultsOf(children ?? [], field),
    ];
  });
}
