package dev.caravan.api;

import dev.caravan.live.FileState;
import dev.caravan.live.LiveRoutes;
import dev.caravan.live.RouteState;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The hub's Camel routes, those of the routes folder among them, and how its files are doing. */
public final class RoutesApi extends ApiRoutes {

    private final LiveRoutes live;

    public RoutesApi(LiveRoutes live) {
        super("routes", "Camel routes: the hub's own and those of the routes folder");
        this.live = live;
    }

    @Override
    protected void operations() {
        get("/api/v1/routes", "listRoutes", "All routes with their figures, and the files of the routes folder", this::list)
                .query("only", "'files' leaves out the routes, whose figures cost more to gather");
        post("/api/v1/routes/{id}/start", "startRoute", "Start a stopped route", request -> start(request.path("id")))
                .path("id", "route id")
                .answers(403, "a route of the API itself")
                .answers(404, "unknown route")
                .answers(409, "it cannot start");
        post("/api/v1/routes/{id}/stop", "stopRoute", "Stop a route until it is started or its file changes", request -> stop(
                        request.path("id")))
                .path("id", "route id")
                .answers(403, "a route of the API itself")
                .answers(404, "unknown route");
    }

    private Reply list(Request request) {
        Optional<String> only = request.query("only");
        if (only.isPresent() && !only.get().equals("files")) {
            throw ApiError.badRequest("'only' cannot be that: use files, or leave it out");
        }
        Map<String, Object> body = new LinkedHashMap<>();
        if (only.isEmpty()) {
            body.put("routes", live.routes().stream().map(RoutesApi::json).toList());
        }
        body.put("files", live.files().stream().map(RoutesApi::json).toList());
        return Reply.json(body);
    }

    private Reply start(String id) {
        require(id);
        try {
            live.start(id);
        } catch (Exception e) {
            throw new ApiError(409, "Route " + id + " cannot start: see the hub's log");
        }
        return Reply.json(json(require(id)));
    }

    private Reply stop(String id) throws Exception {
        require(id);
        live.stop(id);
        return Reply.json(json(require(id)));
    }

    private RouteState require(String id) {
        RouteState route = live.routes().stream()
                .filter(one -> one.id().equals(id))
                .findFirst()
                .orElseThrow(() -> ApiError.notFound("Route not found: GET /api/v1/routes lists them"));
        if (!LiveRoutes.mayStop(route)) {
            throw new ApiError(403, "Route " + route.id() + " answers the API and stays on");
        }
        return route;
    }

    private static Map<String, Object> json(RouteState route) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("id", route.id());
        body.put("file", route.file().orElse(null));
        body.put("origin", route.file().isPresent() ? "file" : "hub");
        body.put("state", route.state());
        body.put("uptime_s", route.uptime().toSeconds());
        body.put("exchanges", route.exchanges());
        body.put("mean_ms", route.mean().toMillis());
        route.lastError().ifPresent(error -> body.put("last_error", error));
        return body;
    }

    private static Map<String, Object> json(FileState file) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("name", file.name());
        body.put("kind", file.kind().name().toLowerCase(Locale.ROOT));
        body.put("state", file.state().shown());
        file.error().ifPresent(error -> body.put("error", error));
        body.put("routes", file.routes());
        body.put("changed_at", file.changedAt().toString());
        return body;
    }
}
