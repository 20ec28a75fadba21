import { Body, Controller, HttpCode, Post, Query } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  type AssessableEntry,
  assessMeeting,
  fromGoogleEvent,
  InvalidGoogleEvent,
} from '@calendar-sync/meeting-intelligence';
import { validationPipe } from '@calendar-sync/service-host';
import { GatewayConfig } from '../../gateway.config';
import { Access } from '../authenticate/access';
import { AuthenticatedCaller } from '../authenticate/authentication.guard';
import type { Caller } from '../authenticate/caller';
import { NoParameters } from '../describe-api/no-parameters';
import { invalidField } from '../describe-api/parameters';
import { ApiProblems } from '../describe-api/problem.dto';
import type { GivenEntryDto } from './given-entry.dto';
import { previewPath } from './large-events';
import { MeetingPreviewDto, previewExamples, PreviewRequestDto } from './preview.dto';

const fields = ['event', 'entry', 'providerCalendarId'];
const oneOfBoth = "give either an `event` in Google's shape or an `entry` of this API";

@ApiTags('meetings')
@Controller(previewPath)
export class PreviewMeetingController {
  private readonly shape = validationPipe({ unknown: 'left out' });

  constructor(
    private readonly config: GatewayConfig,
    private readonly access: Access,
  ) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({
    summary: 'Whether an event would be a meeting, why, and how to join it: the full answer, and nothing is stored',
    description: 'A body of at most 2 MB. Of a client, the scope `meetings:read`.',
  })
  @ApiBody({ type: PreviewRequestDto, examples: previewExamples })
  @ApiOkResponse({ type: MeetingPreviewDto })
  @ApiProblems(400, 403, 413)
  async preview(
    // Not the request's type: the pipe of all routes would refuse what Google may add.
    @Body() body: unknown,
    @Query() _none: NoParameters,
    @AuthenticatedCaller() caller: Caller,
  ): Promise<MeetingPreviewDto> {
    this.access.requireScope(caller, 'meetings:read');
    return assessMeeting(given(await this.checked(body)), this.config.MEETING_SERVICES_FILE);
  }

  private async checked(body: unknown): Promise<PreviewRequestDto> {
    if (typeof body !== 'object' || body === null || Array.isArray(body)) throw invalidField('event', oneOfBoth);
    const stranger = Object.keys(body).find((name) => !fields.includes(name));
    if (stranger !== undefined) throw invalidField(stranger, `is not known here: ${oneOfBoth}`);
    return this.shape.transform(body, { type: 'body', metatype: PreviewRequestDto }) as Promise<PreviewRequestDto>;
  }
}

function given({ event, entry, providerCalendarId }: PreviewRequestDto): AssessableEntry {
  if (!event === !entry) throw invalidField(event ? 'entry' : 'event', oneOfBoth);
  if (entry) return asAssessable(entry);
  try {
    return { ...fromGoogleEvent(event!), ...(providerCalendarId && { providerCalendarId }) };
  } catch (error) {
    if (error instanceof InvalidGoogleEvent) throw invalidField(`event.${error.field}`, error.message);
    throw error;
  }
}

/** With what an entry always says, where it was left out. Null is absent here. */
function asAssessable(entry: GivenEntryDto): AssessableEntry {
  const { status, attendees, conference, attachments, ...rest } = present(entry);
  return {
    ...(rest as Partial<AssessableEntry>),
    status: status ?? 'confirmed',
    ...(attendees && {
      attendees: attendees.map(({ email = '', response = 'needsAction', resource = false, self = false, ...more }) => ({
        ...more,
        email,
        response,
        resource,
        self,
      })),
    }),
    ...(conference && {
      conference: {
        ...conference,
        entryPoints: (conference.entryPoints ?? []).flatMap(({ type = 'more', uri, ...more }) =>
          uri ? [{ ...more, type, uri }] : [],
        ),
      },
    }),
    ...(attachments && { attachments: attachments.flatMap(({ url, ...more }) => (url ? [{ ...more, url }] : [])) }),
  };
}

function present<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(present) as Value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, each]) =>
      each === null || each === undefined ? [] : [[name, present(each as unknown)]],
    ),
  ) as Value;
}
