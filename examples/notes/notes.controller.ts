import { Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiParam } from '@nestjs/swagger';
import { ApiTag } from '../../src/platform/http/api-tag';
import { AGENT_ID, RESERVED_IDS, agentIdPipe } from '../../src/agent/agent-fields';
import { UNKNOWN_AGENT_PROBLEMS } from '../../src/agent/agent.errors';
import { actorOf } from '../../src/platform/access/actor';
import type { Principal } from '../../src/platform/access/principal';
import { Caller, Requires } from '../../src/platform/access/requires.decorator';
import { ApiLimit } from '../../src/platform/validation/api-parameters';
import { ApiProblems, invalid, QUERY_PROBLEMS, WRITE_PROBLEMS } from '../../src/platform/validation/api-problems';
import { Query, ReadsQuery, ReservedWords, ValidBody } from '../../src/platform/validation/http-input';
import type { QueryParameters } from '../../src/platform/validation/query-parameters';
import { FILTER_PROBLEM } from '../../src/query/filter-error';
import { Selector } from '../../src/registry/selector/selector';
import { presentedNearMiss } from '../../src/registry/selector/selector.dto';
import type { NoteEntity } from './note.entity';
import { AnnounceDto, AnnouncedDto, NoteDto, NotesDto, WriteNoteDto } from './notes.dto';
import { NotesService } from './notes.service';

/** Notes about one agent. */
@ApiTag('notes', 'Notes about agents')
@ApiParam(AGENT_ID)
@ReservedWords('id', RESERVED_IDS)
@Controller('agents/:id/notes')
export class NotesController {
  constructor(private readonly notes: NotesService) {}

  @Post()
  @Requires('agent', { ownAgent: 'id' })
  @ApiOperation({
    operationId: 'writeNote',
    summary: 'Write a note about the agent',
    description: 'The agent hears of it with its next heartbeat.',
  })
  @ApiCreatedResponse({ type: NoteDto, description: 'Written.' })
  @ApiProblems(
    invalid('text', 'must have 1 to 2000 characters'),
    ...UNKNOWN_AGENT_PROBLEMS,
    ...WRITE_PROBLEMS,
    413,
    415,
  )
  async write(
    @Param('id', agentIdPipe) id: string,
    @ValidBody(WriteNoteDto) { text }: WriteNoteDto,
    @Caller() principal: Principal,
  ): Promise<NoteDto> {
    return presented(await this.notes.write(id, text, actorOf(principal)));
  }

  @Get()
  @ReadsQuery()
  @Requires('read', { ownAgent: 'id' })
  @ApiOperation({
    operationId: 'listNotes',
    summary: 'List the notes about the agent, newest first',
    description: 'The last ones only; older notes are not listed.',
  })
  @ApiLimit('The most notes to answer with.', 100, 20)
  @ApiOkResponse({ type: NotesDto, description: 'The notes.' })
  @ApiProblems(invalid('limit', 'must be a whole number from 1 to 100'), ...UNKNOWN_AGENT_PROBLEMS, ...QUERY_PROBLEMS)
  async list(
    @Param('id', agentIdPipe) id: string,
    @Query() parameters: QueryParameters,
    @Caller() principal: Principal,
  ): Promise<NotesDto> {
    const limit = parameters.integer('limit', 1, 100, 20);
    parameters.finish();
    return { notes: (await this.notes.read(id, limit, actorOf(principal))).map(presented) };
  }
}

/** Notes about all agents that a selector means. */
@ApiTag('notes')
@Controller('notes')
export class AnnouncementsController {
  constructor(private readonly notes: NotesService) {}

  @Post()
  @HttpCode(200)
  @Requires('operate', { isNarrowed: true })
  @ApiOperation({
    operationId: 'announce',
    summary: 'Write a note about each agent that a selector means',
    description: 'At most a hundred of them. When there is none, the answer has those that it nearly means.',
  })
  @ApiOkResponse({ type: AnnouncedDto, description: 'The agents.' })
  @ApiProblems(
    invalid('to.version', 'must be a range of versions, such as ^2.1 || >=3.4.1'),
    FILTER_PROBLEM,
    ...WRITE_PROBLEMS,
    413,
    415,
  )
  async announce(
    @ValidBody(AnnounceDto) { to, text }: AnnounceDto,
    @Caller() principal: Principal,
  ): Promise<AnnouncedDto> {
    const { matches, near_misses } = await this.notes.announce(new Selector(to, 'to'), text, principal);
    return { agents: matches.map(({ id }) => id), near_misses: near_misses.map(presentedNearMiss) };
  }
}

function presented({ id, text, author, writtenAt }: NoteEntity): NoteDto {
  return { id: Number(id), text, author, written_at: writtenAt.toISOString() };
}
