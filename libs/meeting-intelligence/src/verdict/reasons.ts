import { Reason } from '../assessment';

const sentences = {
  cancelled: 'It was cancelled.',
  cancelled_in_title: 'Its title says that it was cancelled.',
  declined_by_self: 'Its owner declined.',
  out_of_office: 'It says that its owner is out of office.',
  focus_time: 'It is time to work alone.',
  working_location: 'It says where its owner works.',
  birthday: 'It is a birthday.',
  public_holiday: 'It is a public holiday or lies on another calendar that Google fills.',
  solo_without_join_link: 'Nobody else is there, and there is no way to join.',
  note_to_self: 'Its title is a task for its owner, and the link is what the task is about.',
  link_is_aside: 'Nobody else is there, and the link is not what the entry is about.',
  conference_data_present: 'The calendar holds a conference for it.',
  conference_pending: 'A conference is being made for it.',
  join_link_in_location: 'A link to join by stands where it takes place.',
  join_link_in_title: 'A link to join by stands in its title.',
  join_link_in_description: 'A link to join by stands in its description.',
  join_link_attached: 'A link to join by is attached.',
  opaque_link_present: 'A mail gateway hides a link that may lead to a meeting.',
  dial_in_present: 'It can be joined by telephone or with a video system.',
  two_or_more_attendees: 'Two or more people attend.',
  attendees_omitted: 'The provider cut the list of its attendees.',
  all_others_declined: 'Everybody else declined.',
  title_names_a_gathering: 'Its title names what people do together.',
  title_names_a_task: 'Its title names a task.',
  title_names_time_alone: 'Its title names time of its owner’s own.',
  marked_as_free: 'It does not block its owner’s time.',
  all_day: 'It lasts whole days.',
};
export type ReasonCode = keyof typeof sentences;

export const reason = (code: ReasonCode): Reason => ({ code, sentence: sentences[code] });
