package dev.caravan.jmx;

import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.pipeline.PipelineLoader;
import dev.caravan.processors.session.Session;
import dev.caravan.processors.session.SessionEvent;
import dev.caravan.processors.session.Subscriber;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import javax.management.MBeanServer;

/**
 * The MBeans of one hub: {@code dev.caravan:hub=caravan,type=Hub} and, of type {@code Session}, {@code Model} and {@code Peer}, one with a
 * quoted {@code id} for each that lives. Whatever happens, the register is made equal to what is there now, so no order of events leaves
 * a bean behind. A second hub in the same virtual machine is {@code hub=caravan-2}. Thread-safe.
 */
public final class HubBeans implements AutoCloseable {

    private static final String BASE = "caravan";

    private final MBeanServer server;
    private final HubParts hub;
    private final String name;
    private final Session.Attachment subscription;
    // Guards the registers.
    private final Object lock = new Object();
    private final Register<SessionBean> sessions;
    private final Register<ModelBean> models;
    private final Register<PeerBean> peers;
    private boolean closed;

    /** @param server usually the platform's */
    public HubBeans(MBeanServer server, HubParts hub) {
        this.server = server;
        this.hub = hub;
        name = Register.first(server, BASE, new HubBean(hub));
        sessions = new Register<>(server, name, "Session", SessionMXBean.class);
        models = new Register<>(server, name, "Model", ModelMXBean.class);
        peers = new Register<>(server, name, "Peer", PeerMXBean.class);
        subscription = hub.sessions().subscribe("jmx", new SessionWatch());
        hub.loader().listen(new LoadWatch());
        hub.peers().watch(this::peersChanged);
    }

    /** The value of the key {@code hub} in its names. */
    public String name() {
        return name;
    }

    private void sessionsChanged() {
        synchronized (lock) {
            Map<String, Session> live = closed ? Map.of() : byId(hub.sessions().all(), Session::id);
            sessions.become(live, SessionBean::isOf, session -> new SessionBean(session, hub));
        }
    }

    private void modelsChanged() {
        synchronized (lock) {
            Map<String, PipelineLoader.Node> loaded =
                    closed ? Map.of() : byId(hub.loader().status().nodes(), PipelineLoader.Node::nodeId);
            models.become(loaded, ModelBean::isOf, node -> new ModelBean(node, hub));
        }
    }

    private void peersChanged() {
        synchronized (lock) {
            Map<String, String> live = closed ? Map.of() : byId(hub.peers().ids(), Function.identity());
            peers.become(live, (bean, id) -> true, id -> new PeerBean(id, hub.peers(), hub.clock()));
        }
    }

    private static <T> Map<String, T> byId(Collection<T> things, Function<T, String> id) {
        return things.stream().collect(Collectors.toMap(id, Function.identity(), (first, second) -> second));
    }

    /** Takes everything out. */
    @Override
    public void close() {
        subscription.close();
        synchronized (lock) {
            closed = true;
        }
        sessionsChanged();
        modelsChanged();
        peersChanged();
        Register.unregister(server, Register.name(name, "Hub", Optional.empty()));
    }

    /** Frames are none of its business. */
    private final class SessionWatch implements Subscriber {

        @Override
        public boolean wantsFrames() {
            return false;
        }

        @Override
        public void frame(Frame frame) {}

        @Override
        public void event(SessionEvent event) {
            switch (event.type()) {
                case STATE, STREAM_STOPPED -> sessionsChanged();
                case CHUNK -> {
                    synchronized (lock) {
                        sessions.find(event.sessionId()).ifPresent(bean -> bean.chunk(event));
                    }
                }
                default -> {}
            }
        }
    }

    private final class LoadWatch implements PipelineLoader.Listener {

        @Override
        public void requested() {
            modelsChanged();
        }

        @Override
        public void loaded(PipelineLoader.Entry entry, Duration took) {
            modelsChanged();
        }

        @Override
        public void unloaded(PipelineLoader.Entry entry) {
            modelsChanged();
        }
    }
}
