import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

export class SuspensionDto {
  @ApiProperty({ enum: ['access-revoked', 'consent-too-small', 'account-unusable'] })
  reason: string;
  @ApiPropertyOptional()
  detail?: string;
  @ApiProperty({ format: 'date-time' })
  since: string;
}

export class ConnectionDto {
  @ApiProperty({ format: 'uuid' })
  connectionId: string;
  @ApiProperty({ example: 'ada' })
  userId: string;
  @ApiProperty({
    enum: ['active', 'suspended'],
    description: '`suspended`: nothing is pulled until its owner connects again',
  })
  status: string;
  @ApiPropertyOptional({ example: 'google' })
  provider?: string;
  @ApiPropertyOptional({ description: "The provider's name for the account" })
  account?: string;
  @ApiPropertyOptional({ example: 'ada@example.com' })
  accountEmail?: string;
  @ApiProperty({ type: [String] })
  scopes: string[];
  @ApiPropertyOptional({ format: 'date-time' })
  connectedAt?: string;
  @ApiPropertyOptional({ type: SuspensionDto })
  suspended?: SuspensionDto;
}

export class ConnectionListDto {
  @ApiProperty({ type: [ConnectionDto] })
  items: ConnectionDto[];
}
