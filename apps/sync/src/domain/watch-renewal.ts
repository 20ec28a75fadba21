/**
 * When to replace a channel: at a random 50–80 % of the lifetime that the provider granted, so that a fleet of channels
 * opened together is not renewed together and a failed renewal has time for more.
 * @param random in [0, 1)
 */
export function renewAt(openedAt: Date, expiresAt: Date, random: number): Date {
  const lifetime = Math.max(0, expiresAt.getTime() - openedAt.getTime());
  return new Date(openedAt.getTime() + Math.round(lifetime * (0.5 + 0.3 * random)));
}
