import type { Message } from '@calendar-sync/contracts-envelope';
import { calendars as calendarsTopic } from '@calendar-sync/contracts-sync';
import { applyProjection, type Transaction } from '@calendar-sync/event-sourcing-postgres';
import type { Collector, MessageContext } from '@calendar-sync/kafka';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { calendars } from '../../projections/calendars.projection';
import { resumeCalendars } from '../publish-occurrences/occurrence-jobs';

/** Occurrences are published of calendars that are there. */
export async function followCalendars(tx: Transaction, messages: readonly Message[]): Promise<void> {
  await applyProjection(tx, calendars, messages);
  const added = messages.filter(({ type }) => type === 'CalendarAdded.v1').map(({ key }) => key);
  await resumeCalendars(tx, [...new Set(added)].sort());
}

@Controller()
export class CalendarsConsumer {
  private readonly calendars: Collector<Message> = { flush: followCalendars };

  @EventPattern<string>(calendarsTopic.name)
  receive(@Payload() message: Message, @Ctx() context: MessageContext): void {
    context.collect(this.calendars, message);
  }
}
