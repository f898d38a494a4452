import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module';
import { openApiDocument } from './app.setup';
import { loadConfiguration } from './platform/config/configuration';

/** Prints the OpenAPI document. Preview mode creates no provider, so this needs no database and no setting. */
async function main(): Promise<void> {
  const app = await NestFactory.create(AppModule.forRoot(loadConfiguration({})), {
    abortOnError: false,
    logger: false,
    preview: true,
  });
  process.stdout.write(JSON.stringify(openApiDocument(app)));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
