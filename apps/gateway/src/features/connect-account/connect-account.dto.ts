import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsString, Matches } from 'class-validator';
import { usableId } from '../authenticate/caller';

const userIdRule = 'must be a text of 1 to 255 characters, none of them a control character';

export class ConnectAccountDto {
  @ApiProperty({ description: 'Whose account it is: `sub` of his own tokens', example: 'ada', maxLength: 255 })
  @IsString({ message: userIdRule })
  @Matches(usableId, { message: userIdRule })
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
  @IsString({ message: 'must be 1 to 4096 printable characters without blanks' })
  @Matches(/^[\x21-\x7e]{1,4096}$/, { message: 'must be 1 to 4096 printable characters without blanks' })
  refreshToken: string;
}
