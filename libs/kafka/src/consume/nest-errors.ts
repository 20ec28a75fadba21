import type { ArgumentsHost } from '@nestjs/common';
import { BaseRpcExceptionFilter } from '@nestjs/microservices';
import { throwError } from 'rxjs';
import { MessageContext } from './message-context';

let done = false;

/**
 * Nest's last filter replaces every error of a handler by "Internal server error". Whether to repeat a message or to park
 * it, and with which reason, depends on the error itself, so for our messages it is handed on. Filters of a service's own
 * go before this one; one that swallows an error says thereby that the message is done with.
 */
export function handlerErrorsReachUs(): void {
  if (done) return;
  done = true;
  const { prototype } = BaseRpcExceptionFilter;
  const original = prototype.catch;
  prototype.catch = function (this: BaseRpcExceptionFilter, exception: unknown, host: ArgumentsHost) {
    if (host.switchToRpc().getContext<unknown>() instanceof MessageContext) return throwError(() => exception);
    return original.call(this, exception, host);
  };
}
