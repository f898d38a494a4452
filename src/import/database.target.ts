import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DomainError } from '../common/domain-error';
import type { Configuration } from '../config/configuration';
import { AgentImportService, type ImportResult } from '../registry/agent-import.service';
import type { AgentDefinition } from './agent-draft';
import { errorMessage } from './error-message';
import { ImportModule } from './import.module';
import { ImportTarget } from './import-target';
import { ImportTargetError } from './import-target.error';

/**
 * Imports into the database of the configuration, by the same code as the service, whether or not the service is running.
 * What a running replica remembers of an agent is then as old as its memory may be.
 */
export class DatabaseTarget extends ImportTarget {
  private constructor(
    override readonly description: string,
    private readonly context: INestApplicationContext,
    private readonly imports: AgentImportService,
  ) {
    super();
  }

  /**
   * Opens the database, migrating it if need be; an embedded one is started when it is not running.
   *
   * @throws ImportTargetError when it cannot be opened.
   */
  static async open(configuration: Configuration): Promise<DatabaseTarget> {
    const description = describe(configuration);
    try {
      const options = { logger: false, abortOnError: false } as const;
      const context = await NestFactory.createApplicationContext(ImportModule.forRoot(configuration), options);
      return new DatabaseTarget(description, context, context.get(AgentImportService));
    } catch (error) {
      throw new ImportTargetError(`cannot open the ${description}: ${errorMessage(error)}`, { cause: error });
    }
  }

  override async send(definitions: readonly AgentDefinition[], options: { dryRun: boolean }): Promise<ImportResult[]> {
    try {
      return await this.imports.import([...definitions], options);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      throw new ImportTargetError(`the ${this.description} failed: ${error.message}`, { cause: error });
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
