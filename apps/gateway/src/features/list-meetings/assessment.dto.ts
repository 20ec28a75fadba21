import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { PersonDto } from '../list-entries/entry.dto';

export class ReasonDto {
  @ApiProperty({ example: 'join_link_in_description', description: 'Stable, in snake_case: what a program decides by' })
  code: string;
  @ApiProperty({ example: 'A link to join by stands in its description.' })
  sentence: string;
}

export class RankedLinkDto {
  @ApiProperty({
    example: 'https://meet.google.com/abc-defg-hij',
    description: 'Unwrapped; scheme and host in lower case; fragment and passcode kept, tracking removed',
  })
  url: string;
  @ApiProperty({ example: 'google-meet' })
  provider: string;
  @ApiProperty({
    example: 'conferenceData',
    description:
      'conferenceData, hangoutLink, location, description, summary, source, attachment, extendedProperties, …',
  })
  source: string;
  @ApiPropertyOptional({ description: 'As people type it', example: 'abc-defg-hij' })
  meetingId?: string;
  @ApiPropertyOptional()
  passcode?: string;
  @ApiProperty({ type: [ReasonDto], description: 'Why it stands where it stands among the others' })
  why: ReasonDto[];
  @ApiPropertyOptional({ type: [String], description: 'The wrappers that were taken off, outermost first' })
  wrappedBy?: string[];
  @ApiPropertyOptional({ description: 'A mail gateway keeps the real link to itself' })
  opaque?: boolean;
}

export class DialInDto {
  @ApiProperty({ enum: ['phone', 'sip', 'h323'] })
  kind: string;
  @ApiProperty({ example: 'tel:+16055550100' })
  uri: string;
  @ApiPropertyOptional({ example: '+16055550100', description: 'As dialled: + and digits' })
  number?: string;
  @ApiPropertyOptional()
  pin?: string;
  @ApiPropertyOptional()
  accessCode?: string;
  @ApiPropertyOptional()
  label?: string;
  @ApiPropertyOptional({ example: 'US', description: 'CLDR' })
  regionCode?: string;
}

export class NatureDto {
  @ApiProperty({ enum: ['solo', 'one-to-one', 'group', 'large'] })
  size: string;
  @ApiProperty({ enum: ['internal', 'external', 'unknown'], description: "By the domains of the people's addresses" })
  reach: string;
  @ApiProperty()
  recurring: boolean;
  @ApiPropertyOptional({ type: PersonDto })
  organizer?: PersonDto;
  @ApiProperty({ description: 'Its owner was asked and has not answered yet' })
  needsResponse: boolean;
}
