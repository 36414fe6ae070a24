package dev.caravan.inference.pipeline;

import dev.caravan.inference.pipeline.PipelineLoader.Entry;
import java.nio.file.Path;

/** Why a load failed, in one line for a person. */
final class FailureText {

    /** Room for the names of all files a pipeline may miss. */
    private static final int LIMIT = 2000;

    private FailureText() {}

    /** Pipelines word their own failures; of others only kind and message are told, without the place of the models on this machine. */
    static String of(Entry entry, Path modelsFolder, Throwable failure) {
        String text = switch (failure) {
            case PipelineException e -> String.valueOf(e.getMessage());
            case InterruptedException _ -> "Loading " + entry.pipelineId() + " was interrupted; load it again";
            case OutOfMemoryError e ->
                "Loading " + entry.pipelineId() + " ran out of memory (" + e.getMessage() + "); unload other pipelines or choose a smaller size";
            default -> "Loading " + entry.pipelineId() + " failed: " + failure.getClass().getSimpleName() + reason(failure);
        };
        return oneLine(text.replace(modelsFolder.toAbsolutePath().toString(), "<models>"));
    }

    private static String reason(Throwable failure) {
        return failure.getMessage() == null ? "" : ": " + failure.getMessage();
    }

    private static String oneLine(String text) {
        String line = text.strip().replaceAll("\\s*\\R\\s*", " ");
        return line.length() <= LIMIT ? line : line.substring(0, LIMIT - 3) + "...";
    }
}
