package dev.caravan.api.assets;

import dev.caravan.api.ApiError;
import dev.caravan.api.Json;
import dev.caravan.api.ValidationError;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.AsyncFile;
import io.vertx.core.file.OpenOptions;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /api/v1/assets?filename=...}: the raw body goes to a partial file beside the assets while it arrives, and takes its name
 * when it is complete. A handler on the server's router and not a Camel route, because Camel's HTTP consumer gathers a body in memory.
 */
public final class AssetUploads {

    private static final Logger LOG = LoggerFactory.getLogger(AssetUploads.class);

    /** Before the Camel routes of the same path, behind the guards of the server. */
    private static final int ORDER = -1000;

    private final AssetFolder folder;

    public AssetUploads(AssetFolder folder) {
        this.folder = folder;
    }

    /** Puts the handler on the server's router. */
    public void mount(Router router) {
        try {
            folder.removePartials();
        } catch (IOException e) {
            LOG.warn("Uploads broken off earlier could not be removed: {}", e.getMessage());
        }
        router.post("/api/v1/assets").order(ORDER).handler(this::upload);
    }

    private void upload(RoutingContext ctx) {
        HttpServerRequest request = ctx.request().pause();
        Vertx vertx = ctx.vertx();
        vertx.executeBlocking(() -> begin(ctx), false)
                .compose(upload -> receive(ctx, upload)
                        .compose(v -> vertx.executeBlocking(() -> folder.store(upload.partial(), upload.target()), false))
                        .onFailure(e -> vertx.executeBlocking(() -> Files.deleteIfExists(upload.partial()), false)))
                .onSuccess(asset -> answer(ctx, 200, asset.json()))
                .onFailure(e -> refuse(ctx, e));
    }

    private Upload begin(RoutingContext ctx) throws IOException {
        List<String> names = ctx.queryParam("filename");
        if (names.isEmpty()) {
            throw ValidationError.query("filename", "missing", "Field required", null);
        }
        Path target = folder.target(names.getFirst());
        String declared = ctx.request().getHeader(HttpHeaders.CONTENT_LENGTH);
        if (declared != null && Long.parseLong(declared) > folder.maxBytes()) {
            throw folder.tooLarge();
        }
        return new Upload(folder.newPartial(), target);
    }

    private Future<Void> receive(RoutingContext ctx, Upload upload) {
        if (ctx.request().getHeader(HttpHeaders.EXPECT) != null) {
            ctx.response().writeContinue();
        }
        return ctx.vertx().fileSystem()
                .open(upload.partial().toString(), new OpenOptions().setWrite(true).setTruncateExisting(true))
                .compose(file -> copy(ctx.request(), file)
                        .transform(copied -> file.close().compose(v -> copied.succeeded()
                                ? Future.succeededFuture()
                                : Future.failedFuture(copied.cause()))));
    }

    private Future<Void> copy(HttpServerRequest request, AsyncFile file) {
        Promise<Void> done = Promise.promise();
        request.handler(new Receiver(request, file, done));
        request.endHandler(v -> done.tryComplete());
        request.exceptionHandler(done::tryFail); // the client went away
        file.exceptionHandler(done::tryFail); // the disk is full
        if (request.response().closed()) {
            done.tryFail(new IOException("the client went away before the upload began")); // too early to be told
        }
        request.resume();
        return done.future();
    }

    /** Answers, and swallows what is left of a refused body for a while: a client that still sends would not read the answer otherwise. */
    private void refuse(RoutingContext ctx, Throwable cause) {
        if (ctx.response().closed()) {
            return;
        }
        new Drain(ctx.request(), 2 * folder.maxBytes()).whenDone(() -> {
            switch (cause) {
                case ApiError e -> answer(ctx, e.status(), detail(e.getMessage()));
                case ValidationError e -> answer(ctx, 422, detail(e.faults()));
                default -> {
                    LOG.error("An upload failed", cause);
                    answer(ctx, 500, detail("The file could not be stored: see the hub's log"));
                }
            }
        });
    }

    private static Map<String, Object> detail(Object detail) {
        return Map.of("detail", detail);
    }

    private static void answer(RoutingContext ctx, int status, Map<String, Object> json) {
        if (!ctx.response().ended() && !ctx.response().closed()) {
            ctx.response().setStatusCode(status).putHeader(HttpHeaders.CONTENT_TYPE, "application/json").end(Buffer.buffer(Json.write(json)));
        }
    }

    private record Upload(Path partial, Path target) {}

    /** Writes what arrives, no faster than the disk takes it and no more than fits. */
    private final class Receiver implements Handler<Buffer> {

        private final HttpServerRequest request;
        private final AsyncFile file;
        private final Promise<Void> done;
        private long received;

        Receiver(HttpServerRequest request, AsyncFile file, Promise<Void> done) {
            this.request = request;
            this.file = file;
            this.done = done;
        }

        @Override
        public void handle(Buffer bytes) {
            received += bytes.length();
            if (received > folder.maxBytes()) {
                request.pause();
                done.tryFail(folder.tooLarge());
                return;
            }
            file.write(bytes);
            if (file.writeQueueFull()) {
                request.pause();
                file.drainHandler(v -> request.resume());
            }
        }
    }
}
