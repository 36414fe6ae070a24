package dev.caravan.processors.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Origin;
import dev.caravan.inference.pipeline.Chunk;
import dev.caravan.inference.pipeline.PipelineException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a session tells who watches it. */
class SessionObserverTest {

    private final List<String> told = new ArrayList<>();

    private final SessionObserver observer = new SessionObserver() {
        @Override
        public OfOne opened(Opened session) {
            told.add("opened " + session.id() + " by " + session.door() + " with " + session.pipelines() + ", "
                    + session.mainPipeline());
            return new OfOne() {
                @Override
                public void frameIn(Entrance entrance, long sequence, long glassMicros) {
                    told.add("in " + entrance.wireName() + " " + sequence + " after " + glassMicros);
                }

                @Override
                public void dropped(Drops.Cause cause, long frames) {
                    told.add("dropped " + frames + " " + cause.wireName());
                }

                @Override
                public void frameOut(long sequence, long chunk) {
                    told.add("out " + sequence + " of " + chunk);
                }

                @Override
                public void chunk(int node, long nanos, Chunk made) {
                    told.add("chunk of " + node + ": " + made.frames());
                }

                @Override
                public void chunkFailed(int node) {
                    told.add("failed " + node);
                }

                @Override
                public void controlApplied(Control.Door door) {
                    told.add("applied " + door);
                }

                @Override
                public void controlRejected(Control.Door door) {
                    told.add("rejected " + door);
                }

                @Override
                public void moved(SessionState from, SessionState to) {
                    told.add(from.wireName() + " to " + to.wireName());
                }
            };
        }
    };

    @Test
    void aFrameIsFollowedFromItsEntranceToItsLeave() {
        HubByHand hub = HubByHand.with(FakePipeline.passthrough()).observer(observer);
        Session session = hub.open(Map.of());
        told.clear();
        session.offer(Frame.incoming("s", 7, 1_000, Origin.of("kafka:caravan.frames.in"), Pictures.gray(4, 2, 1), 3_500));
        hub.settle();
        assertEquals(List.of("in kafka 7 after 2500", "out 0 of 0", "chunk of 0: 1"), told);
        assertEquals(3_500, hub.heard.frames.getLast().arrivedMicros(), "what it is made from came then");
    }

    @Test
    void theLifeOfASessionIsTold() {
        HubByHand hub = HubByHand.with(FakePipeline.passthrough()).observer(observer);
        Session session = hub.open(Map.of());
        hub.control(session, Control.Door.DATA_CHANNEL, Map.of("paused", true, "noise_scale", "high"));
        hub.frame(session, "webrtc:p", 1);
        hub.sessions().close("s", "test");
        hub.settle();
        assertEquals(
                List.of("opened s by REST with [passthrough], passthrough", "opening to streaming", "rejected DATA_CHANNEL",
                        "applied DATA_CHANNEL", "streaming to paused", "in webrtc 1 after 0", "dropped 1 paused",
                        "paused to closing", "closing to closed"),
                told);
    }

    @Test
    void aChunkThatFailsIsToldAsSuch() {
        HubByHand hub = HubByHand.with(FakePipeline.passthrough().works(call -> {
            throw new PipelineException("no", false);
        })).observer(observer);
        Session session = hub.open(Map.of());
        told.clear();
        hub.frame(session, "rest", 1);
        assertEquals(List.of("in rest 1 after 0", "failed 0", "dropped 1 chunk_failed"), told);
    }

    @Test
    void entrancesAreToldByTheBeginningOfTheSource() {
        assertEquals(Entrance.WEBRTC, Entrance.of(Origin.of("webrtc:x")));
        assertEquals(Entrance.KAFKA, Entrance.of(Origin.of("kafka:any.topic")));
        assertEquals(Entrance.REST, Entrance.of(Origin.of("rest")));
        assertEquals(Entrance.ROUTE, Entrance.of(Origin.of("restaurant")));
        assertEquals(Entrance.ROUTE, Entrance.of(Origin.of("route:camera")));
    }
}
