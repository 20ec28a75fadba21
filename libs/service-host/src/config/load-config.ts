import 'reflect-metadata';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validateSync } from 'class-validator';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Every unusable variable at once, one line each; names variables and what would be right, never a value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly faults: readonly string[]) {
    super(faults.join('\n'));
  }
}

/** Where a property comes from another variable than its namesake, and what it is when that is absent. */
export type VariableNames = Readonly<Record<string, { variable: string; fallback?: string }>>;

/** Reads a config class from the environment: each property from the variable of its name. Throws ConfigError. */
export function loadConfig<Config extends object>(
  type: new () => Config,
  environment: Environment,
  names: VariableNames = {},
): Config {
  const values = Object.fromEntries(
    propertiesOf(type).map((property) => {
      const text = environment[names[property]?.variable ?? property]?.trim();
      return [property, text === undefined || text === '' ? names[property]?.fallback : text];
    }),
  );
  const config = plainToInstance(type, values, { exposeUnsetFields: false });
  const faults = validateSync(config, { forbidUnknownValues: false }).map(({ property, constraints }) => {
    const faultsOfOne = Object.values(constraints ?? {}).map((text) => text.replace(property, '').trim());
    return `${names[property]?.variable ?? property}: ${faultsOfOne.join('; ')}`;
  });
  if (faults.length > 0) throw new ConfigError(faults);
  return Object.freeze(config);
}

const propertiesOf = (type: new () => object) => [
  ...new Set(
    getMetadataStorage()
      .getTargetValidationMetadatas(type, '', false, false)
      .map(({ propertyName }) => propertyName),
  ),
];
