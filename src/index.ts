// Start a platform.
export { createPlatform } from './platform.ts';
export type { ExecuteOptions, Platform, PlatformOptions } from './platform.ts';
export type { OperationRequest, OperationResult } from './platform/execute.ts';
export type { Settings, SettingsInput } from './platform/settings/schema.ts';
export { openDatabase } from './database/open-database.ts';
export type { OpenDatabaseOptions } from './database/open-database.ts';
export type { Database, Rows, Statement, TransactionOptions } from './database/database.ts';
export { createPrismaClient } from './database/prisma/client.ts';
export { createLog } from './server/log.ts';

// Write a plugin.
export type { Phases, Plugin, PluginName, PluginNames, Services } from './kernel/plugin.ts';
export type { LifecyclePhase, PluginContext, PluginServices } from './kernel/lifecycle.ts';
export type { HealthCheck, HealthReport, HealthResult } from './kernel/health.ts';
export type { EventDelivery, EventLog, EventSubscription, KeptEvent, PublishOptions } from './kernel/event-log.ts';
export type { EventBus, Events } from './kernel/events.ts';
export type { EnqueueOptions, JobData, JobDefinition, JobName, JobPriority, JobRun, JobSchedule, JobService, JobStep, JobTypes } from './kernel/jobs.ts';
export type { MailMessage, MailService } from './kernel/mail.ts';
export type { NotificationChannel, NotificationContext, NotificationMessage, NotificationService } from './kernel/notifications.ts';
export type { Logger } from './kernel/log.ts';
export type { IncomingFile, StoredFile } from './kernel/uploads.ts';
export type { DefinitionInput, FileKind, MetadataPhase } from './metadata/phase.ts';
export type { GeneratedType, SchemaExtension, SchemaPhase } from './builder/phase.ts';
export type { RecordFieldOptions } from './builder/record-field.ts';
export type { Change, MutationContext, MutationPhase, ReportProblem } from './resolvers/write/phase.ts';
export { hookPhase } from './resolvers/write/hooks.ts';
export type { HookContext, HookData, HookDefinition, HookEvent, HookUser } from './resolvers/write/hooks.ts';
export type { Banner, IncomingRequest, OperationInfo, Route, RouteInfo, ServerPhase, SignInHint, UploadReceiver } from './server/phase.ts';
export type { Sockets } from './server/phase.ts';
export { automation } from './plugins/automation/index.ts';
export type { AutomationService, Connector, ConnectorCall, HandledChange, HandledEvent, Handler, HandlerOptions } from './plugins/automation/service.ts';
export { events } from './plugins/events/index.ts';
export { files } from './plugins/files/index.ts';
export type { FilesOptions } from './plugins/files/index.ts';
export type { ByteRange, Storage } from './plugins/files/storage/storage.ts';
export { identity } from './plugins/identity/index.ts';
export type { IdentityPluginOptions } from './plugins/identity/index.ts';
export { jobs } from './plugins/jobs/index.ts';
export { notifications } from './plugins/notifications/index.ts';
export { openAccess } from './plugins/open-access/index.ts';
export { rest } from './plugins/rest/index.ts';
export type { RestOptions } from './plugins/rest/index.ts';
export { rules } from './plugins/rules/index.ts';
export { webhooks } from './plugins/webhooks/index.ts';
export type { WebhooksOptions } from './plugins/webhooks/index.ts';

// Make clients.
export { scalarTypes } from './builder/scalar-types.ts';

// Read what was compiled, write records, decide about access.
export type { Catalog, CatalogField, CatalogObject, CatalogRelation } from './metadata/catalog.ts';
export type { FieldType } from './metadata/field-type.ts';
export type { Writer, WriteRequest, WriteResult } from './resolvers/write/writer.ts';
export { constant } from './resolvers/filter/filter.ts';
export type { Filter, FilterOperator, Operand } from './resolvers/filter/filter.ts';
export { latestCursor, readChanges } from './resolvers/write/change-log/read-changes.ts';
export type { LoggedChange } from './resolvers/write/change-log/read-changes.ts';
export type { Access, AccessProvider, FieldAccess, ObjectAccess } from './resolvers/access.ts';
export { anonymous, systemCaller } from './resolvers/caller.ts';
export type { Caller, Callers } from './resolvers/caller.ts';
export type { RequestContext } from './resolvers/request.ts';
export type { Runtime } from './resolvers/runtime.ts';

// Tell failures apart.
export { errorCodes, ObjectosError, StartupError } from './errors.ts';
export type { ErrorCode, Problem } from './errors.ts';
export { DefinitionError } from './metadata/diagnostic.ts';
export type { Diagnostic } from './metadata/diagnostic.ts';
