import { Body, Controller, Get, Module, Param, Post, Put, Req, type Type } from '@nestjs/common';
import { APP_GUARD, APP_PIPE } from '@nestjs/core';
import { Caller, Requires } from '../../src/platform/access/requires.decorator';
import type { Principal } from '../../src/platform/access/principal';
import { HttpResponse } from '../../src/platform/http/http-response';
import { HotLane } from '../../src/platform/lane/hot-lane';
import { HotRoute } from '../../src/platform/lane/hot-route.decorator';
import { createTestApp } from '../support/test-app';

const upperCase = { transform: (text: string) => text.toUpperCase() };

@Controller('things')
class ThingsController {
  @Post(':id/turn')
  @HotRoute()
  @Requires('open')
  turn(@Param('id', upperCase) id: string, @Body() body: unknown, @Caller() { kind }: Principal): object {
    return { id, body, kind };
  }

  @Get(':id')
  @HotRoute({ needsRequestContext: true })
  @Requires('open')
  read(@Param('id') id: string): HttpResponse<{ id: string }> {
    return new HttpResponse(203, { 'X-Thing': id }, { id });
  }
}

@Module({ controllers: [ThingsController] })
class ThingsModule {}

describe('A hot route', () => {
  it.each(['on', 'off'] as const)('of a module is answered alike on both lanes: %s', async (HOT_LANE) => {
    const app = await createTestApp({ HOT_LANE }, undefined, undefined, [ThingsModule]);
    try {
      const taken = jest.spyOn(app.app.get(HotLane, { strict: false }), 'take');
      const turned = await app.request('POST', '/things/a-1/turn', { by: 90 });
      expect(turned).toMatchObject({ status: 201, body: { id: 'A-1', body: { by: 90 } } });
      const read = await app.request('GET', '/things/a-1');
      expect([read.status, read.headers.get('x-thing'), read.body]).toEqual([203, 'a-1', { id: 'a-1' }]);
      expect(taken.mock.results.map(({ value }) => value as boolean)).toEqual(HOT_LANE === 'on' ? [true, true] : []);
    } finally {
      await app.close();
    }
  });

  const withGlobal = (provide: string, useValue: object): Type => {
    @Module({ providers: [{ provide, useValue }] })
    class GlobalModule {}
    return GlobalModule;
  };
  class AuditGuard {
    canActivate(): boolean {
      return true;
    }
  }
  class TrimPipe {
    transform(value: unknown): unknown {
      return value;
    }
  }

  it.each([
    ['guard AuditGuard', APP_GUARD, new AuditGuard()],
    ['pipe TrimPipe', APP_PIPE, new TrimPipe()],
  ])('would be answered without a module’s global %s, so the service does not start', async (what, provide, global) => {
    const starting = createTestApp({}, undefined, undefined, [withGlobal(provide, global)]);
    await expect(starting).rejects.toThrow(`The hot lane does not apply the global ${what} of GlobalModule`);
  });

  @Controller('odd')
  class OddParameter {
    @Get(':id')
    @HotRoute()
    @Requires('open')
    read(@Param('id') id: string, @Req() request: object): object {
      return { id, request };
    }
  }
  @Controller('odd')
  class OddMethod {
    @Put(':id')
    @HotRoute()
    @Requires('open')
    write(@Param('id') id: string): object {
      return { id };
    }
  }

  it.each([
    ['Parameter 2 of OddParameter.read is none that a hot route may have', OddParameter],
    ['OddMethod.write is a hot route of PUT, which the hot lane does not take', OddMethod],
  ])('that the lane cannot answer stops the start: %s', async (message, controller) => {
    @Module({ controllers: [controller] })
    class OddModule {}
    await expect(createTestApp({}, undefined, undefined, [OddModule])).rejects.toThrow(message);
  });
});
