import type { Guards } from './guard';

/** Of processes that are replaced while others go on. */
export const restartingGuards: Guards = {
  'answers-while-it-drains': {
    does: 'A process that is asked to go says that it is not ready and goes on answering, until no balancer sends to it any more.',
    fault: 20,
    weavings: [
      { module: 'libs/service-host/dist/service/start-service.js', find: 'await running?.drain();', replace: '' },
    ],
  },
  'newer-events-are-left-to-newer-relays': {
    does: 'A relay that meets an event of a type that it does not know stands by, so that one of the version that does takes over.',
    fault: 20,
    weavings: [{ module: 'libs/kafka/dist/relay/log-lane.js', find: 'this.requireKnown(events);', replace: '' }],
  },
};
