import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsString, Length, Matches } from 'class-validator';

export class ConnectAccountDto {
  @ApiProperty({ description: 'Whose account it is: `sub` of his own tokens', example: 'ada', maxLength: 255 })
  @IsString({ message: 'must be a text' })
  @Length(1, 255, { message: 'must be 1 to 255 characters long' })
  userId: string;

  @ApiProperty({ enum: ['google'] })
  @IsIn(['google'], { message: 'must be google' })
  provider: 'google';

  @ApiProperty({
    description: "The provider's refresh token. Sealed at once; never stored or shown here.",
    example: '1//0example-refresh-token',
    maxLength: 4096,
    writeOnly: true,
  })
  @IsString({ message: 'must be a text' })
  @Matches(/^[\x21-\x7e]{1,4096}$/, { message: 'must be 1 to 4096 printable characters without blanks' })
  refreshToken: string;
}
