import { Body, Controller, ForbiddenException, Get, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DomainError } from '@calendar-sync/event-sourcing-core';
import { Type } from 'class-transformer';
import { IsDefined, IsInt, IsString, Min, ValidateNested } from 'class-validator';
import { createLogger } from '../logging/logger';
import { Problem } from './problem';
import { ProblemFilter } from './problem.filter';
import { validationPipe } from './validation';

class Window {
  @IsInt()
  @Min(1)
  days: number;
}
class Request {
  @IsString()
  title: string;

  @IsDefined()
  @ValidateNested()
  @Type(() => Window)
  window: Window;
}

@Controller()
class ExampleController {
  @Post('things')
  create(@Body() request: Request) {
    return request;
  }
  @Get('refused')
  refused() {
    throw new DomainError('calendar-is-gone', 'This calendar is gone at its provider.');
  }
  @Get('malformed')
  malformed() {
    throw new DomainError('window-too-long');
  }
  @Get('unexpected')
  unexpected() {
    throw Object.assign(new Error('connect failed: password=canary'), {
      statusCode: 404,
      status: 404,
      code: 'ENOTFOUND',
    });
  }
  @Get('limited')
  limited() {
    throw new Problem(429, { code: 'quota-exhausted' }, { 'retry-after': '7' });
  }
  @Get('forbidden')
  forbidden() {
    throw new ForbiddenException('only its owner may');
  }
}

@Module({ controllers: [ExampleController] })
class ExampleModule {}

describe('an answer that is an error', () => {
  const lines: string[] = [];
  let app: NestFastifyApplication;

  beforeAll(async () => {
    app = await NestFactory.create<NestFastifyApplication>(ExampleModule, new FastifyAdapter({ bodyLimit: 1_000 }), {
      logger: false,
    });
    app.useGlobalPipes(validationPipe());
    const logger = createLogger({ service: 'example' }, { write: (line: string) => void lines.push(line) });
    app.useGlobalFilters(new ProblemFilter(logger, { 'window-too-long': 422 }));
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
  });
  afterAll(() => app.close());

  const answer = async (method: 'GET' | 'POST', url: string, payload?: string | object) => {
    const response = await app.inject({
      method,
      url,
      ...(payload !== undefined && { payload, headers: { 'content-type': 'application/json' } }),
    });
    return {
      status: response.statusCode,
      type: response.headers['content-type'],
      headers: response.headers,
      body: response.json<Record<string, unknown>>(),
    };
  };

  it('is a problem document', async () => {
    const { status, type, body } = await answer('GET', '/refused');
    expect(status).toBe(409);
    expect(type).toBe('application/problem+json; charset=utf-8');
    expect(body).toEqual({
      type: 'urn:calendar-sync:problem:calendar-is-gone',
      title: 'The request conflicts with the present state',
      status: 409,
      code: 'calendar-is-gone',
      detail: 'This calendar is gone at its provider.',
    });
  });

  it('has the status that the service gave a refusal', async () => {
    expect(await answer('GET', '/malformed')).toMatchObject({ status: 422, body: { code: 'window-too-long' } });
  });

  it('names every field that is wrong and what would be right there', async () => {
    const { status, body } = await answer('POST', '/things', { window: { days: 0 }, colour: 'red' });
    expect(status).toBe(400);
    expect(body).toMatchObject({
      code: 'invalid-request',
      errors: expect.arrayContaining([
        { field: 'title', detail: 'title must be a string' },
        { field: 'window.days', detail: 'days must not be less than 1' },
        { field: 'colour', detail: 'is not known here: leave it out' },
      ]),
    });
  });

  it('says that a body is no JSON', async () => {
    expect(await answer('POST', '/things', '{"title":')).toMatchObject({ status: 400, body: { code: 'bad-request' } });
  });

  it('says that a body is too large', async () => {
    expect(await answer('POST', '/things', { title: 'x'.repeat(2_000) })).toMatchObject({
      status: 413,
      type: 'application/problem+json; charset=utf-8',
      body: { code: 'body-too-large' },
    });
  });

  it('says that nothing answers a route, without its query', async () => {
    const { status, body } = await answer('GET', '/nowhere?token=canary');
    expect(status).toBe(404);
    expect(body).toMatchObject({ code: 'not-found', detail: 'nothing answers GET /nowhere' });
  });

  it('carries the headers of its problem', async () => {
    const { status, headers, body } = await answer('GET', '/limited');
    expect(status).toBe(429);
    expect(headers['retry-after']).toBe('7');
    expect(body).toMatchObject({ code: 'quota-exhausted' });
  });

  it('keeps what a Nest exception says', async () => {
    expect(await answer('GET', '/forbidden')).toMatchObject({
      status: 403,
      body: { code: 'forbidden', detail: 'only its owner may' },
    });
  });

  it('tells of an unexpected error an incident id only, under which the log has the rest', async () => {
    lines.length = 0;
    const { status, body } = await answer('GET', '/unexpected');
    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toContain('canary');
    expect(body).toMatchObject({ code: 'unexpected', incidentId: expect.any(String) });
    const line = JSON.parse(lines[0] ?? '{}') as Record<string, unknown>;
    expect(line).toMatchObject({ incidentId: body['incidentId'], level: 'error', path: '/unexpected' });
    expect(lines.join()).not.toContain('canary');
  });
});
