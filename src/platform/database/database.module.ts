import { Global, Logger, Module, type DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource, type DataSourceOptions } from 'typeorm';
import type { PostgresDataSourceOptions } from 'typeorm/driver/postgres/PostgresDataSourceOptions';
import { SystemClock } from '../common/clock';
import type { Configuration } from '../config/configuration';
import { currentSecret } from '../config/secret-files';
import { dataSourceOptions, migrate } from './data-source';
import { Database } from './database';
import { DatabaseMonitor } from './database-monitor';
import { ReportingDatabase } from './reporting-database';
import { RetainedTables } from './retained-table';
import { EmbeddedPostgres } from './embedded/embedded-postgres';
import { untilReachable } from './wait-for-database';
import type { LockWait } from './migration-lock';
import { DatabaseIndicator } from './database.indicator';
import { DatabaseMetrics } from './database.metrics';
import { DatabaseTimeline } from './database-timeline';
import { DatabaseTimelineEntity } from './database-timeline.entity';

/** PostgreSQL, migrated and ready: the server of `DATABASE_URL`, else an embedded one under `DATA_DIR`. */
@Global()
@Module({})
export class DatabaseModule {
  /** `stop` ends what a start waits for. */
  static forRoot(configuration: Configuration, stop = new AbortController().signal): DynamicModule {
    return {
      module: DatabaseModule,
      imports: [
        TypeOrmModule.forRootAsync({
          useFactory: () => ({ ...dataSourceOptions(''), autoLoadEntities: true, toRetry: () => false }),
          dataSourceFactory: (options) => connect(configuration, options?.entities, stop),
        }),
        TypeOrmModule.forFeature([DatabaseTimelineEntity]),
      ],
      providers: [
        Database,
        DatabaseIndicator,
        DatabaseMetrics,
        DatabaseMonitor,
        DatabaseTimeline,
        ReportingDatabase,
        RetainedTables,
      ],
      exports: [Database, DatabaseMonitor, DatabaseTimeline, ReportingDatabase, RetainedTables],
    };
  }
}

/** Lets the embedded server live exactly as long as the connections to it. */
class EmbeddedDataSource extends DataSource {
  constructor(
    options: DataSourceOptions,
    private readonly server: EmbeddedPostgres,
  ) {
    super(options);
  }

  override async destroy(): Promise<void> {
    if (this.isInitialized) await super.destroy();
    await this.server.stop();
  }
}

async function connect(
  configuration: Configuration,
  entities: DataSourceOptions['entities'],
  stop: AbortSignal,
): Promise<DataSource> {
  const dataSource = await open(configuration, entities);
  try {
    // Of an embedded server we know that it is there.
    const seconds = configuration.DATABASE_URL ? configuration.DATABASE_STARTUP_TIMEOUT_SECONDS : 0;
    const clock = new SystemClock(); // TypeORM's factory is not injected
    const tell = (message: string): void => logger.warn(message);
    const wait = { clock, seconds: configuration.DATABASE_STARTUP_TIMEOUT_SECONDS, signal: stop, tell };
    await untilReachable(clock, () => migrateAndConnect(dataSource, wait), seconds, tell);
    return dataSource;
  } catch (error) {
    await dataSource.destroy().catch(() => undefined); // the first error is the one to tell
    throw error;
  }
}

async function migrateAndConnect(dataSource: DataSource, wait: LockWait): Promise<void> {
  const migrations = await migrate((dataSource.options as PostgresDataSourceOptions).url!, wait);
  if (migrations.length > 0) logger.log(`Database migrated: ${migrations.join(', ')}`);
  await dataSource.initialize();
}

async function open(configuration: Configuration, entities: DataSourceOptions['entities']): Promise<DataSource> {
  if (configuration.DATABASE_URL) {
    logger.log(`Database: PostgreSQL at ${new URL(configuration.DATABASE_URL).host}`);
    const url = configuration.DATABASE_URL;
    const urlNow = configuration.DATABASE_URL_FILE
      ? () => currentSecret(configuration, 'DATABASE_URL') ?? url
      : undefined;
    return new DataSource({ ...dataSourceOptions(url, urlNow), entities });
  }
  const server = await EmbeddedPostgres.start({
    directory: configuration.DATA_DIR,
    log: (message) => logger.log(message),
  });
  logger.log(`Database: embedded PostgreSQL, data in ${server.directory}`);
  return new EmbeddedDataSource({ ...dataSourceOptions(server.url), entities }, server);
}

const logger = new Logger('Database');
