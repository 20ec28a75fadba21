import { projectionMigration } from '@calendar-sync/event-sourcing-postgres';
import { meetings } from '../projections/meetings.projection';

export const readModels = projectionMigration([meetings], 'MeetingReadModels1795392000000');
