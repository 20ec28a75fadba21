import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { scopes } from '../authenticate/caller';

const description = `
What the calendars of your users hold, kept true. Every route wants a token (RFC 9068): an owner sees his own, a product's backend the
owners of its \`client_id\` within its scopes, an operator all. What is not yours is a 404.

Press *Authorize* and give a token, then *Try it out* on any route. On a local stack \`npm run --silent token -- --user ada.adler\` makes one.

Times are RFC 3339. What is absent is absent: never null, never empty. Errors are problem documents (RFC 9457) with a stable \`code\`.
Commands are answered 202 with an operation to follow, or with \`Prefer: wait=N\` by their outcome.`;

/** OpenAPI at /docs-json, read at /docs. Written when it is first asked for. */
export function describeApi(app: INestApplication): void {
  let document: OpenAPIObject | undefined;
  SwaggerModule.setup('docs', app, () => (document ??= documentOf(app)), {
    customSiteTitle: 'Calendar Sync',
    swaggerOptions: { defaultModelsExpandDepth: 0 },
  });
}

function documentOf(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Calendar Sync')
    .setDescription(description.trim())
    .setVersion('1')
    .addBearerAuth({
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description: `Scopes of a client: ${scopes.join(', ')}. A ':write' includes its ':read'.`,
    })
    .addTag('connections', 'Accounts that are kept in sync')
    .addTag('operations', 'What became of commands')
    .addTag('calendars', 'What the accounts hold')
    .addTag('entries', 'Everything in the calendars, and its history')
    .addTag('meetings', 'The entries that people attend together, with the link to join')
    .addTag('sync', 'How fresh the copy is')
    .addSecurityRequirements('bearer')
    .build();
  return SwaggerModule.createDocument(app, config, {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}.${method}`,
  });
}
