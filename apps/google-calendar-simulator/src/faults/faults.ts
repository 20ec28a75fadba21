import type { Random } from '../journal/random';
import type { ErrorFault, NumberName, PushFault, Scope, Switches, ToggleName } from './switches';

export type Situation = Pick<Scope, 'account' | 'calendarId' | 'method'>;

const agrees = (wanted: string | undefined, is: string | undefined): boolean => wanted === undefined || wanted === is;

export function matches(scope: Situation, situation: Situation): boolean {
  if (!agrees(scope.account?.toLowerCase(), situation.account)) return false;
  if (!agrees(scope.calendarId, situation.calendarId)) return false;
  return scope.method === undefined || (situation.method ?? '').endsWith(scope.method);
}

/** What is switched on to go wrong, and how often it has. */
export class Faults {
  private switches: Switches = {};
  /** How often a scope was met, by the scope's own object: replacing the switches starts anew. */
  private met = new Map<Scope, number>();

  constructor(private readonly random: Random) {}

  get current(): Switches {
    return this.switches;
  }

  replace(switches: Switches): void {
    this.switches = switches;
    this.met = new Map();
  }

  merge(switches: Switches): void {
    this.switches = { ...this.switches, ...switches };
  }

  /** Whether a fault strikes here and now; counts it. */
  hits(name: ToggleName, situation: Situation): boolean {
    const toggle = this.switches[name];
    if (toggle === undefined || toggle === false) return false;
    if (toggle === true) return true;
    return (Array.isArray(toggle) ? toggle : [toggle]).some((scope) => this.strikes(scope, situation));
  }

  error(situation: Situation): ErrorFault | undefined {
    return this.switches.errors?.find(
      (fault) => matches(fault.match ?? {}, situation) && this.strikes(fault, situation),
    );
  }

  push(situation: Situation): PushFault | undefined {
    const push = this.switches.push;
    if (push === undefined) return undefined;
    return (Array.isArray(push) ? push : [push]).find((fault) => this.strikes(fault, situation));
  }

  delayMs(name: 'slowMs' | 'slowAnswerMs', situation: Situation): number {
    const slow = this.switches[name];
    if (slow === undefined) return 0;
    if (typeof slow === 'number') return slow;
    return this.strikes(slow, situation) ? slow.ms : 0;
  }

  value(name: NumberName): number | undefined {
    const value = this.switches[name];
    return typeof value === 'number' ? value : undefined;
  }

  chance(probability: number | undefined): boolean {
    return probability !== undefined && this.random.chance(probability);
  }

  between(low: number, high: number): number {
    return this.random.between(low, high);
  }

  private strikes(scope: Scope, situation: Situation): boolean {
    if (!matches(scope, situation)) return false;
    const met = this.met.get(scope) ?? 0;
    const first = scope.after ?? 0;
    if (met >= first + (scope.times ?? Infinity)) return false;
    if (met < first) {
      this.met.set(scope, met + 1);
      return false;
    }
    if (scope.probability !== undefined && !this.random.chance(scope.probability)) return false;
    this.met.set(scope, met + 1);
    return true;
  }
}
