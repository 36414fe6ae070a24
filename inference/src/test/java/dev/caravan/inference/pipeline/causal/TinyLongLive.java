package dev.caravan.inference.pipeline.causal;

import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Origin;
import dev.caravan.inference.frame.Picture.Rgb24;
import dev.caravan.inference.ort.Device;
import dev.caravan.inference.pipeline.LoadRequest;
import dev.caravan.inference.pipeline.LoadedPipeline;
import dev.caravan.inference.pipeline.Parameters;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.PipelineSchema;
import dev.caravan.inference.pipeline.PipelineStream;
import dev.caravan.inference.pipeline.Progress;
import dev.caravan.inference.pipeline.SessionSeed;
import dev.caravan.inference.tiny.TinyModels;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Causal pipelines on small networks with random weights and small pictures; {@code longlive} where none is named. */
final class TinyLongLive {

    /** Sides of generated pictures. */
    static final int SIDE = 16;
    static final int RGB_BYTES = 3 * SIDE * SIDE;

    private TinyLongLive() {}

    /** A set in a new folder, to be damaged as one likes. */
    static Path models(Path folder) throws IOException {
        Path models = folder.resolve("models");
        TinyModels.write(models, TinyModels.DEFAULT_SEED);
        return models;
    }

    /** The same set again, sharing its files: one is removed before another is written in its place. */
    static Path linked(Path models, Path copy) throws IOException {
        Files.walkFileTree(models, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Path link = copy.resolve(models.relativize(file).toString());
                Files.createDirectories(link.getParent());
                Files.createLink(link, file);
                return FileVisitResult.CONTINUE;
            }
        });
        return copy;
    }

    static CausalPipeline on(Device device) {
        return new CausalPipeline(new LongLive(), PipelineSchema.load("longlive"), folder -> List.of(), () -> device);
    }

    static LoadedPipeline load(Device device, Path models) throws PipelineException, InterruptedException {
        return load(device, models, Map.of());
    }

    static LoadedPipeline load(Device device, Path models, Map<String, Object> more) throws PipelineException, InterruptedException {
        return on(device).load(request(models, more), Progress.NONE);
    }

    static LoadRequest request(Path models, Map<String, Object> more) {
        Map<String, Object> parameters = new HashMap<>(Map.of("width", SIDE, "height", SIDE, "vace_enabled", false));
        parameters.putAll(more);
        return new LoadRequest(parameters, models);
    }

    static PipelineStream open(LoadedPipeline model) throws PipelineException {
        return model.open(new SessionSeed("session"));
    }

    static Parameters text(String prompt) {
        return with(Map.of("prompts", List.of(Map.of("text", prompt, "weight", 1.0))));
    }

    static Parameters video(String prompt) {
        return with(Map.of("input_mode", "video", "prompts", List.of(Map.of("text", prompt, "weight", 1.0))));
    }

    /** In text mode, with few steps, unless it says otherwise. */
    static Parameters with(Map<String, Object> values) {
        Map<String, Object> all = new HashMap<>(Map.of("input_mode", "text", "denoising_step_list", List.of(1000, 500)));
        all.putAll(values);
        return new Parameters(all);
    }

    /** As many frames as the stream wants with these parameters, noise. */
    static List<Frame> input(PipelineStream stream, Parameters parameters, long seed) {
        return frames(stream.inputFrames(parameters), 20, 12, seed);
    }

    static List<Frame> frames(int count, int width, int height, long seed) {
        Random random = new Random(seed);
        List<Frame> frames = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] rgb = new byte[3 * width * height];
            random.nextBytes(rgb);
            frames.add(Frame.incoming("session", i, i, Origin.of("test"), new Rgb24(width, height, rgb)));
        }
        return frames;
    }

    /** One chunk from as much noise as it wants; its pictures. */
    static List<byte[]> chunk(PipelineStream stream, Parameters parameters) throws PipelineException, InterruptedException {
        return chunk(stream, parameters, input(stream, parameters, 7));
    }

    static List<byte[]> chunk(PipelineStream stream, Parameters parameters, List<Frame> in)
            throws PipelineException, InterruptedException {
        List<byte[]> pictures = new ArrayList<>();
        stream.next(in, parameters, (picture, time) -> pictures.add(((Rgb24) picture).data()));
        return pictures;
    }

    /** So many chunks from noise, always with the same parameters; all their pictures. */
    static List<byte[]> chunks(PipelineStream stream, Parameters parameters, int count) throws PipelineException, InterruptedException {
        List<byte[]> pictures = new ArrayList<>();
        for (int chunk = 0; chunk < count; chunk++) {
            pictures.addAll(chunk(stream, parameters));
        }
        return pictures;
    }
}
