import { badRequest } from '../http/api-error';
import { isObject, type JsonObject, jsonBody, text } from '../http/json-input';
import type { Call, Reply, Router } from '../http/router';
import { SWITCH_NAMES, type Switches } from '../faults/switches';
import type { World } from '../world';

/** Switching faults: PUT replaces all, PATCH some, DELETE none or one. */
export class FaultRoutes {
  constructor(private readonly world: World) {}

  register(router: Router): void {
    router.add('GET', '/admin/faults', 'admin.faults', () => this.current());
    router.add('PUT', '/admin/faults', 'admin.faults', (call) => this.set(call, true));
    router.add('PATCH', '/admin/faults', 'admin.faults', (call) => this.set(call, false));
    router.add('DELETE', '/admin/faults', 'admin.faults', () => this.clear());
    router.add('DELETE', '/admin/faults/{name}', 'admin.faults', (call) => this.clear(call.params['name']));
  }

  private current(): Reply {
    return { status: 200, json: this.world.faults.current };
  }

  private set(call: Call, all: boolean): Reply {
    const switches = checked(jsonBody(call));
    if (all) this.world.faults.replace(switches);
    else this.world.faults.merge(switches);
    const expire = switches.expireSyncTokens;
    if (expire === true) this.world.calendars.voidTokens({});
    else if (typeof expire === 'object') this.world.calendars.voidTokens(expire);
    if (switches.quotas !== undefined) this.world.gate.forgetCalls();
    return this.current();
  }

  private clear(name?: string): Reply {
    const rest =
      name === undefined
        ? {}
        : Object.fromEntries(Object.entries(this.world.faults.current).filter(([key]) => key !== name));
    this.world.faults.replace(rest);
    return { status: 204 };
  }
}

function checked(body: JsonObject): Switches {
  const unknown = Object.keys(body).find((name) => !SWITCH_NAMES.includes(name));
  if (unknown !== undefined) throw badRequest(`There is no switch ${unknown}`);
  const errors = body['errors'];
  if (
    errors !== undefined &&
    !(Array.isArray(errors) && errors.every((error) => isObject(error) && typeof error['status'] === 'number'))
  ) {
    throw badRequest('errors is a list of {status, reason?, match?, times?, …}');
  }
  for (const value of Object.values(body).flat()) {
    const account = isObject(value) ? value['account'] : undefined;
    if (account !== undefined && text(account) === undefined) throw badRequest('account is an e-mail address');
  }
  return body;
}
