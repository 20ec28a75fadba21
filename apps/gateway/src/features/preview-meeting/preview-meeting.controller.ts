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
import { GivenEntryDto } from './given-entry.dto';
import { GoogleEventDto } from './google-event.dto';
import { previewPath } from './large-events';
import { MeetingPreviewDto, previewExamples, PreviewRequestDto } from './preview.dto';

const wrappers = ['event', 'entry'];
const oneOfBoth = "give an event in Google's shape, alone or as `event`, or an entry of this API, alone or as `entry`";

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
    return assessMeeting(await this.given(body), this.config.MEETING_SERVICES_FILE);
  }

  private async given(body: unknown): Promise<AssessableEntry> {
    if (typeof body !== 'object' || body === null || Array.isArray(body)) throw invalidField('event', oneOfBoth);
    const names = Object.keys(body);
    if (!names.some((name) => wrappers.includes(name))) {
      if (names.length === 0) throw invalidField('event', oneOfBoth);
      // Google's events have no entryId.
      return 'entryId' in body
        ? asAssessable(await this.checked(body, GivenEntryDto))
        : asGiven(await this.checked(body, GoogleEventDto), '');
    }
    const stranger = names.find((name) => ![...wrappers, 'providerCalendarId'].includes(name));
    if (stranger !== undefined) throw invalidField(stranger, `is not known beside ${wrappers.join(' or ')}`);
    const { event, entry, providerCalendarId } = await this.checked(body, PreviewRequestDto);
    if (!event === !entry) throw invalidField(event ? 'entry' : 'event', oneOfBoth);
    if (entry) return asAssessable(entry);
    return { ...asGiven(event!, 'event.'), ...(providerCalendarId && { providerCalendarId }) };
  }

  private async checked<Shape>(body: object, shape: new () => Shape): Promise<Shape> {
    return this.shape.transform(body, { type: 'body', metatype: shape }) as Promise<Shape>;
  }
}

function asGiven(event: GoogleEventDto, place: string): AssessableEntry {
  try {
    return fromGoogleEvent(event);
  } catch (error) {
    if (error instanceof InvalidGoogleEvent) throw invalidField(`${place}${error.field}`, error.message);
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
