import { type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { LoggerModule } from 'nestjs-pino';
import { errorMessage } from '../platform/observability/error-message';
import { AccessModule } from '../platform/access/access.module';
import { CommonModule } from '../platform/common/common.module';
import { DomainError } from '../platform/validation/domain-error';
import { ConfigModule } from '../platform/config/config.module';
import { Configuration } from '../platform/config/configuration';
import { DatabaseModule } from '../platform/database/database.module';
import type { Actor } from '../events/agent-event';
import { AgentImportService, type ImportResult } from '../registry/bulk-import/agent-import.service';
import { trifectaCourt } from '../governance/court/trifecta-court';
import { GovernanceModule } from '../governance/governance.module';
import { ObservabilityModule } from '../platform/observability/observability.module';
import { SchedulingModule } from '../platform/scheduling/scheduling.module';
import { RegistryModule } from '../registry/registry.module';
import type { AgentDefinition } from '#agent-directory/agent-draft';
import { ImportError } from './import.error';
import { requireDatabaseOfService } from './running-service';
import { ImportTarget } from './import-target';
import { ExpressionScope } from '../registry/search/expression-scope';

/** Who imports. */
const COMMAND_LINE: Actor = { kind: 'system', name: 'import' };

/** As much of the service as an import needs: the registry on its database, without HTTP. */
@Module({})
class ImportModule {}

/**
 * Imports into the database of the configuration, by the same code as the service, whether or not the service is running.
 * Running replicas learn of it from the event log.
 */
export class DatabaseTarget extends ImportTarget {
  private constructor(
    override readonly description: string,
    private readonly context: INestApplicationContext,
  ) {
    super();
  }

  /**
   * Opens the database, migrating it if need be; an embedded one is started when it is not running. Without `offline` it must not be
   * another one than that of the service on this machine ({@link requireDatabaseOfService}).
   *
   * @throws ImportError when it cannot be opened.
   */
  static async open(configuration: Configuration, { offline }: { offline: boolean }): Promise<DatabaseTarget> {
    const description = describe(configuration);
    if (!offline) await requireDatabaseOfService(configuration, description);
    try {
      // Who has the database's own password needs no token.
      const settings = Object.assign(new Configuration(), configuration, { AUTH_MODE: 'none' });
      const imports = [
        ConfigModule.forRoot(settings),
        // Standard output is the report's; what goes wrong is thrown and said by the command.
        LoggerModule.forRoot({ pinoHttp: { level: 'silent' } }),
        CommonModule,
        ObservabilityModule,
        SchedulingModule,
        DatabaseModule.forRoot(settings),
        AccessModule.forRoot(settings, ExpressionScope),
        GovernanceModule.forRoot(trifectaCourt(settings)),
        RegistryModule,
      ];
      const context = await NestFactory.createApplicationContext(
        { module: ImportModule, imports },
        { logger: false, abortOnError: false },
      );
      return new DatabaseTarget(description, context);
    } catch (error) {
      throw new ImportError(`cannot open the ${description}: ${errorMessage(error)}`, { cause: error });
    }
  }

  override async send(definitions: readonly AgentDefinition[], options: { dryRun: boolean }): Promise<ImportResult[]> {
    try {
      return await this.context.get(AgentImportService).import([...definitions], { ...options, actor: COMMAND_LINE });
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      throw new ImportError(`the ${this.description} failed: ${error.message}`, { cause: error });
    }
  }

  override async close(): Promise<void> {
    await this.context.close();
  }
}

/** Never the whole URL: it may hold a password. */
function describe({ DATABASE_URL, DATA_DIR }: Configuration): string {
  if (DATABASE_URL === undefined) return `embedded database under ${DATA_DIR}`;
  const { host, pathname } = new URL(DATABASE_URL);
  return `database ${host}${pathname}`;
}
