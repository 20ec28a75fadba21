export * from './config/load-config';
export * from './config/service-config';
export * from './config/settings';
export * from './health/readiness';
export { createLogger, type Logger } from './logging/logger';
export { scrubError, scrubText } from './logging/scrub';
export * from './metrics/service-metrics';
export * from './problems/problem';
export { ProblemFilter } from './problems/problem.filter';
export { validationPipe } from './problems/validation';
export { defineService, type ServiceDefinition } from './service/define-service';
export { ServiceLifecycle } from './service/lifecycle';
export { openService, type OpenOptions, type RunningService } from './service/open-service';
export { migrate, runMigrations } from './service/run-migrations';
export {
  type AfterRestore,
  type LostMessage,
  restored,
  type RestoredReport,
  runRestored,
} from './service/run-restored';
export { ServiceHostModule } from './service/service-host.module';
export { startService } from './service/start-service';
export { CONSUMER, DATABASE, KAFKA, LOGGER, METRICS, RELAY } from './service/tokens';
export { currentTrace, currentTraceparent, inTrace } from './tracing/trace-context';
export * from './work/periodic';
