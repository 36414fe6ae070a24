package dev.caravan.models;

import dev.caravan.config.CommandLine;
import dev.caravan.config.ConfigException;
import dev.caravan.inference.model.DownloadException;
import dev.caravan.inference.model.DownloadProgress;
import dev.caravan.inference.model.ModelFetcher;
import dev.caravan.inference.model.Transfer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** {@code models download ID...}: fetches what is missing, or the rest of it. */
public final class DownloadModels implements ModelsSubcommand {

    private static final Duration TICK = Duration.ofMillis(500);

    @Override
    public String name() {
        return "download";
    }

    @Override
    public String arguments() {
        return "ID...";
    }

    @Override
    public String help() {
        return "fetch what these pipelines miss; goes on where it was stopped";
    }

    @Override
    public int run(CommandLine line, ModelsContext context) throws ConfigException, DownloadException, InterruptedException {
        List<String> ids = ModelsContext.somePipelines(line, this);
        String names = String.join(", ", ids);
        if (ids.stream().allMatch(context.store()::downloaded)) {
            context.out().println(names + ": every file is there already");
            return 0;
        }
        Instant start = context.clock().instant();
        Transfer transfer = new Transfer(context.clock());
        try (ModelFetcher fetcher = new ModelFetcher(context.store(), context.downloads(), context.clock())) {
            watch(fetcher, ids, transfer, context);
        }
        DownloadProgress end = transfer.progress();
        context.out().println(names + ": complete, " + Words.bytes(end.bytesTotal()) + " in "
                + Words.time(Duration.between(start, context.clock().instant())));
        return 0;
    }

    /** Shows progress until the download ends one way or the other. */
    private static void watch(ModelFetcher fetcher, List<String> ids, Transfer transfer, ModelsContext context)
            throws DownloadException, InterruptedException {
        FutureTask<Void> download = new FutureTask<>(() -> {
            fetcher.fetch(ids, transfer);
            return null;
        });
        Thread thread = Thread.ofPlatform().daemon().name("caravan-models").start(download);
        ProgressLine progress = new ProgressLine(context.err(), context.live(), context.clock());
        try {
            while (!download.isDone()) {
                progress.show(transfer);
                try {
                    download.get(TICK.toMillis(), TimeUnit.MILLISECONDS);
                } catch (TimeoutException e) {
                    // Shown again.
                }
            }
            download.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case DownloadException refused -> throw refused;
                case InterruptedException stopped -> throw stopped;
                default -> throw new IllegalStateException("the download failed", e.getCause());
            }
        } finally {
            progress.end();
            thread.interrupt();
            thread.join(Duration.ofSeconds(15));
        }
    }
}
