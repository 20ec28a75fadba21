import { type INestApplication, Injectable, type OnModuleInit } from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';

const description = `
What the calendars of your users hold, kept true. Every route wants a token (RFC 9068): an owner sees his own, a product's backend the
owners of its \`client_id\` within its scopes, an operator all. What is not yours is a 404.

Times are RFC 3339. What is absent is absent: never null, never empty. Errors are problem documents (RFC 9457) with a stable \`code\`.
Commands are answered 202 with an operation to follow, or with \`Prefer: wait=N\` by their outcome.`;

/** OpenAPI at /docs-json, read at /docs. */
@Injectable()
export class ApiDescription implements OnModuleInit {
  private document: OpenAPIObject | undefined;

  constructor(
    private readonly adapters: HttpAdapterHost,
    private readonly modules: ModulesContainer,
  ) {}

  onModuleInit() {
    const { app } = this;
    SwaggerModule.setup('docs', app, () => (this.document ??= this.describe(app)), {
      customSiteTitle: 'Calendar Sync',
    });
  }

  private describe(app: INestApplication): OpenAPIObject {
    const config = new DocumentBuilder()
      .setTitle('Calendar Sync')
      .setDescription(description.trim())
      .setVersion('1')
      .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' })
      .addSecurityRequirements('bearer')
      .build();
    return SwaggerModule.createDocument(app, config, {
      operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}.${method}`,
    });
  }

  /** As much of the application as swagger looks at; the application itself belongs to the service host. */
  private get app(): INestApplication {
    const seen = {
      container: { getModules: () => this.modules },
      config: new ApplicationConfig(),
      getHttpAdapter: () => this.adapters.httpAdapter,
    };
    return seen as Partial<INestApplication> as INestApplication;
  }
}
