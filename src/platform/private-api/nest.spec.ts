import { Body, Controller, createParamDecorator, Get, Headers, HttpCode, Param, Post, Query } from '@nestjs/common';
import { notedParameters, notedRoute, RouteParamtypes } from './nest';

const factory = (): string => 'mine';
const Mine = createParamDecorator(factory);
const pipe = { transform: (value: unknown) => value };

@Controller('things')
class Things {
  @Get(':id')
  read(@Param('id', pipe) id: string, @Headers('if-match') match: string, @Mine() mine: string): string {
    return `${id} ${match} ${mine}`;
  }

  @Post()
  @HttpCode(202)
  write(@Body() body: object, @Query() query: object): object[] {
    return [body, query];
  }
}

describe('The private API of Nest', () => {
  it('says what the decorators of a route have said', () => {
    const handlers = Things.prototype as unknown as Record<string, object>;
    expect(notedRoute(Things, handlers.read!)).toEqual({
      controllerPath: 'things',
      path: ':id',
      verb: 'GET',
      status: undefined,
    });
    expect(notedRoute(Things, handlers.write!)).toEqual({
      controllerPath: 'things',
      path: '/',
      verb: 'POST',
      status: 202,
    });
  });

  it('says what the decorators of parameters have said', () => {
    const byIndex = (method: string): unknown[] =>
      notedParameters(Things, method)
        .sort(([, a], [, b]) => a.index - b.index)
        .map(([kind, { data, pipes, factory: own }]) => [kind, data, pipes, own]);
    expect(byIndex('read')).toEqual([
      [RouteParamtypes.PARAM, 'id', [pipe], undefined],
      [RouteParamtypes.HEADERS, 'if-match', [], undefined],
      [NaN, undefined, [], factory],
    ]);
    expect(byIndex('write')).toEqual([
      [RouteParamtypes.BODY, undefined, [], undefined],
      [RouteParamtypes.QUERY, undefined, [], undefined],
    ]);
    expect(notedParameters(Things, 'none')).toEqual([]);
  });
});
