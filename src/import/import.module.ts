import { type DynamicModule, Module } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import { CommonModule } from '../common/common.module';
import { ConfigModule } from '../config/config.module';
import type { Configuration } from '../config/configuration';
import { DatabaseModule } from '../database/database.module';
import { RegistryModule } from '../registry/registry.module';

/** As much of the service as an import needs: the registry on its database, without HTTP. */
@Module({})
export class ImportModule {
  static forRoot(configuration: Configuration): DynamicModule {
    return {
      module: ImportModule,
      imports: [
        ConfigModule.forRoot(configuration),
        // Standard output is the report's; what goes wrong is thrown and said by the command.
        LoggerModule.forRoot({ pinoHttp: { level: 'silent' } }),
        CommonModule,
        DatabaseModule.forRoot(configuration),
        RegistryModule,
      ],
    };
  }
}
