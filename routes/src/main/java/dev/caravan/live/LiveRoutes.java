package dev.caravan.live;

import dev.caravan.logs.LifeCycleLine;
import dev.caravan.logs.LifeCycleLog;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.camel.CamelContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The user's routes: keeps what runs equal to what the routes folder holds.
 *
 * <p>{@link #scan} takes one look and does what it takes; it is called at the start, then by a thread of its own whenever files have
 * changed and lie still. A file is checked ({@link Trial}), its old version is stopped and removed, the new one added and started; when
 * that fails the old version comes back. One change at a time. Thread-safe.
 */
public final class LiveRoutes implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LiveRoutes.class);
    private static final long STOP_SECONDS = 5;

    private final RouteFolder folder;
    private final InstantSource clock;
    private final LifeCycleLog life = new LifeCycleLog();
    private final RouteErrors errors = new RouteErrors();
    private final ReentrantLock changing = new ReentrantLock();
    private final SortedMap<String, LiveFile> files = new TreeMap<>();
    private volatile List<FileState> shown = List.of();
    private volatile @Nullable Running running;
    private boolean folderAway;

    /** What there is once a context runs. */
    private record Running(CamelContext camel, Claims hub, Trial trial, FolderWatch watch) {}

    /** @param folder need not exist yet */
    public LiveRoutes(Path folder, InstantSource clock) {
        this.folder = new RouteFolder(folder);
        this.clock = clock;
    }

    /** To be called before the context's routes are loaded. */
    public void bind(CamelContext camel) {
        camel.addRoutePolicyFactory(errors);
    }

    /**
     * Loads all files and watches the folder from then on. To be called when the hub's own routes run, and before the port opens, so that
     * whoever comes in finds everything in its place. A bad file is told and left out.
     */
    public void begin(CamelContext camel) {
        FolderWatch watch = new FolderWatch(folder, this::scan);
        running = new Running(camel, Claims.ofHub(camel), new Trial(camel), watch);
        scan();
        watch.start();
    }

    /** Takes one look at the folder and brings what runs in line with it. Returns when that is done; safe to be called by anybody. */
    public void scan() {
        Running hub = running;
        if (hub == null) {
            return;
        }
        changing.lock();
        try {
            scan(hub);
        } catch (IOException e) {
            if (!folderAway) {
                LOG.warn("The routes folder cannot be read; its routes go on: {}", e.getClass().getSimpleName());
            }
            folderAway = true;
        } finally {
            shown = files.values().stream().map(LiveFile::state).toList();
            changing.unlock();
        }
    }

    private void scan(Running hub) throws IOException {
        SortedMap<String, RouteFolder.Content> now = folder.read();
        folderAway = false;
        Set<LiveFile> due = new LinkedHashSet<>();
        boolean changed = false;
        for (LiveFile gone : files.values().stream().filter(file -> !now.containsKey(file.name)).toList()) {
            gone.running().ifPresent(old -> {
                old.remove();
                due.addAll(builtOn(old.file()));
            });
            files.remove(gone.name);
            life.info(line("gone", gone));
            changed = true;
        }
        now.forEach((name, content) -> {
            LiveFile file = files.computeIfAbsent(name, LiveFile::new);
            if (file.sees(content)) {
                due.add(file);
            }
        });
        due.retainAll(files.values());
        while (!due.isEmpty()) {
            // Kamelets first: routes are built on them.
            LiveFile next = due.stream().min(Comparator.comparing((LiveFile file) -> !file.name.contains(".kamelet."))
                    .thenComparing(file -> file.name)).orElseThrow();
            due.remove(next);
            changed = true;
            Optional<RouteFile> old = next.running().map(Deployment::file);
            if (load(hub, next)) {
                old.ifPresent(file -> due.addAll(builtOn(file)));
                next.running().ifPresent(fresh -> due.addAll(builtOn(fresh.file())));
                due.remove(next);
            }
        }
        if (changed) {
            retry(hub);
        }
    }

    /** What failed for want of something may have it now, or find what stood in its way gone. */
    private void retry(Running hub) {
        boolean better = true;
        while (better) {
            better = false;
            for (LiveFile file : files.values()) {
                if (file.state().error().isPresent()) {
                    better |= load(hub, file);
                }
            }
        }
    }

    private List<LiveFile> builtOn(RouteFile file) {
        return files.values().stream()
                .filter(other -> !other.name.equals(file.name()))
                .filter(other -> other.running().map(Deployment::file).filter(built -> built.builtOn(file)).isPresent())
                .toList();
    }

    /** @return whether the newest version runs now */
    private boolean load(Running hub, LiveFile file) {
        Optional<Deployment> old = file.running();
        Deployment left = old.orElse(null);
        Optional<String> before = file.state().error();
        try {
            if (!(file.seen() instanceof RouteFolder.Content.Bytes(byte[] bytes))) {
                throw new RouteFileException(((RouteFolder.Content.Unreadable) file.seen()).reason());
            }
            RouteFile fresh = RouteFile.parse(file.name, bytes);
            Claims claims = check(hub, file, fresh);
            left = null;
            old.ifPresent(Deployment::remove);
            try {
                file.runs(Deployment.install(hub.camel, fresh, claims), clock.instant());
            } catch (Exception | LinkageError e) {
                left = back(hub, old);
                throw new RouteFileException(Faults.line(e, fresh, hub.camel));
            }
            life.info(line("active", file));
            return true;
        } catch (Exception | LinkageError e) {
            String why = Faults.worded(e);
            boolean known = before.equals(Optional.of(why));
            if (!known) {
                file.failed(why, left, clock.instant());
                life.warn(line(left == null ? "failed" : "stale", file).and("reason", why));
            }
            return false;
        }
    }

    private Claims check(Running hub, LiveFile file, RouteFile fresh) throws Exception {
        Set<String> own = file.running().map(old -> old.claims().beans()).orElse(Set.of());
        List<RouteFile> templates = new ArrayList<>();
        List<Deployment> others = new ArrayList<>();
        for (LiveFile other : files.values()) {
            if (other != file) {
                other.running().ifPresent(others::add);
            }
        }
        others.stream().map(Deployment::file).filter(RouteFile::hasTemplates).forEach(templates::add);
        // Before the trial, which would have two beans of a name take turns.
        Claims beans = new Claims(Set.of(), Set.of(), fresh.beans(), List.of());
        beans.check(fresh, hub.hub, "the hub");
        for (Deployment other : others) {
            beans.check(fresh, other.claims(), other.file().name());
        }
        Claims claims = hub.trial.run(fresh, templates, own);
        claims.check(fresh, hub.hub, "the hub");
        claims.checkReserved(fresh);
        for (Deployment other : others) {
            claims.check(fresh, other.claims(), other.file().name());
        }
        return claims;
    }

    /** The old version, running again; null when even that cannot be. */
    private static @Nullable Deployment back(Running hub, Optional<Deployment> old) {
        if (old.isEmpty()) {
            return null;
        }
        try {
            return Deployment.install(hub.camel, old.get().file(), old.get().claims());
        } catch (Exception | LinkageError e) {
            LOG.error("The old version of {} does not start any more: {}", Faults.oneLine(old.get().file().name()), Faults.worded(e));
            return null;
        }
    }

    private static LifeCycleLine line(String event, LiveFile file) {
        return LifeCycleLine.of("routes." + event).and("file", file.name).and("routes", file.state().routes());
    }

    /** The files by name, as they were when the last change was done. */
    public List<FileState> files() {
        return shown;
    }

    /** All routes: the hub's own in the order they started, then those of files. */
    public List<RouteState> routes() {
        Running hub = running;
        if (hub == null) {
            return List.of();
        }
        Map<String, String> owners = new HashMap<>();
        shown.forEach(file -> file.routes().forEach(route -> owners.put(route, file.name())));
        return new RouteFigures(hub.camel, errors).all(owners).stream()
                .sorted(Comparator.comparing(route -> route.file().isPresent()))
                .toList();
    }

    /** Whether operators may stop and start it: all but those that answer the API itself. */
    public static boolean mayStop(RouteState route) {
        return route.file().isPresent() || !route.id().startsWith("api-") && !route.id().startsWith("rest-");
    }

    /** Starts a stopped route. @throws Exception why it cannot start */
    public void start(String routeId) throws Exception {
        change(camel -> camel.getRouteController().startRoute(routeId));
    }

    /** Stops a route until it is started, or its file changes; exchanges on their way get {@value #STOP_SECONDS} s. */
    public void stop(String routeId) throws Exception {
        change(camel -> camel.getRouteController().stopRoute(routeId, STOP_SECONDS, TimeUnit.SECONDS));
    }

    private interface Change {
        void on(CamelContext camel) throws Exception;
    }

    private void change(Change change) throws Exception {
        Running hub = running;
        if (hub != null) {
            changing.lock();
            try {
                change.on(hub.camel);
            } finally {
                changing.unlock();
            }
        }
    }

    /** Watches no more; routes go on until their context ends. To be called before the context stops. Harmless when called twice. */
    @Override
    public void close() {
        Running hub = running;
        running = null;
        if (hub != null) {
            hub.watch.close();
        }
    }
}
