import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module';
import { LOCAL_SERVER, openApiDocument } from './app.setup';
import { loadConfiguration } from './platform/config/load-configuration';

/** Prints the OpenAPI document of a registry with default settings. Preview mode creates no provider, so this needs no database and no setting. */
async function main(): Promise<void> {
  const configuration = loadConfiguration({});
  const app = await NestFactory.create(AppModule.forRoot(configuration), {
    abortOnError: false,
    logger: false,
    preview: true,
  });
  process.stdout.write(JSON.stringify(openApiDocument(app, configuration, LOCAL_SERVER)));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
