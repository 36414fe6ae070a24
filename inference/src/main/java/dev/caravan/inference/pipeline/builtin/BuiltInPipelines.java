package dev.caravan.inference.pipeline.builtin;

import dev.caravan.inference.ort.Device;
import dev.caravan.inference.pipeline.Pipeline;
import dev.caravan.inference.pipeline.PipelineRegistry;
import dev.caravan.inference.pipeline.PipelineSchema;
import dev.caravan.inference.pipeline.causal.CausalFamily;
import dev.caravan.inference.pipeline.causal.CausalPipeline;
import dev.caravan.inference.pipeline.causal.KreaRealtimeVideo;
import dev.caravan.inference.pipeline.causal.LongLive;
import dev.caravan.inference.pipeline.causal.MemFlow;
import dev.caravan.inference.pipeline.causal.RewardForcing;
import dev.caravan.inference.pipeline.causal.StreamDiffusionV2;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The pipelines that come with the hub. */
public final class BuiltInPipelines {

    /** The families of causal models, in the order of contract §4.1. */
    private static final List<CausalFamily> FAMILIES =
            List.of(new StreamDiffusionV2(), new LongLive(), new KreaRealtimeVideo(), new RewardForcing(), new MemFlow());

    /** In the order of contract §4.1, the hub's own edges beside gray and its test card last. All are listed with or without a GPU. */
    public static final List<String> IDS = Stream.concat(FAMILIES.stream().map(CausalFamily::id), Stream.of(
            "passthrough",
            "video-depth-anything",
            "controller-viz",
            "rife",
            "scribble",
            "gray",
            "edges",
            "optical-flow",
            StandInPipeline.BEHAVIOUR)).toList();

    /** Why networks of the contract are not built, and what does the same work. */
    private static final Map<String, String> UNBUILT = Map.of(
            "video-depth-anything", "its depth network is not built here; guide with edges or gray, or with depth maps made elsewhere",
            "scribble", "its contour network is not built here; guide with edges, or with scribbles made elsewhere",
            "optical-flow", "its flow network (RAFT) is not built here and its weights are no file of the models folder; guide with edges or"
                    + " gray, or with flow pictures made elsewhere",
            "rife", "its interpolation network is not built here; choose fewer denoising steps or a smaller size for more frames");

    private BuiltInPipelines() {}

    /** Whether a pipeline has a network here, or needs none; files of one that has not are of no use yet. */
    public static boolean built(String id) {
        return !UNBUILT.containsKey(id);
    }

    /**
     * The registry of all of them.
     *
     * @param schemas      gives the schema of an id, usually {@link PipelineSchema#load}
     * @param missingFiles the files a pipeline id needs and does not find below a models folder, relative to it
     * @param clock        of the test card
     * @param device       what models run on, asked for when the first one is loaded
     * @param standIns     id of a pipeline to the id that answers in its place, which is {@code test-card}
     * @throws IllegalArgumentException when a stand-in names an id that does not exist; the message says which exist
     */
    public static PipelineRegistry registry(
            Function<String, PipelineSchema> schemas,
            BiFunction<String, Path, List<String>> missingFiles,
            InstantSource clock,
            Supplier<Device> device,
            Map<String, String> standIns) {
        standIns.forEach(BuiltInPipelines::check);
        return new PipelineRegistry(IDS.stream()
                .map(id -> pipeline(schemas.apply(id), folder -> missingFiles.apply(id, folder), clock, standIns.containsKey(id), device))
                .toList());
    }

    private static Pipeline pipeline(
            PipelineSchema schema,
            Function<Path, List<String>> missingFiles,
            InstantSource clock,
            boolean standIn,
            Supplier<Device> device) {
        Optional<CausalFamily> family = FAMILIES.stream().filter(one -> one.id().equals(schema.id())).findFirst();
        if (standIn) {
            return new StandInPipeline(schema, family.isPresent(), clock);
        }
        if (family.isPresent()) {
            return new CausalPipeline(family.get(), schema, missingFiles, device);
        }
        return switch (schema.id()) {
            case "passthrough" -> new PassthroughPipeline(schema);
            case "gray" -> new GrayPipeline(schema, device);
            case "edges" -> new EdgesPipeline(schema, device);
            case "controller-viz" -> new ControllerVizPipeline(schema);
            case StandInPipeline.BEHAVIOUR -> new TestCardPipeline(schema, clock);
            default -> new UnbuiltPipeline(schema, missingFiles, UNBUILT.get(schema.id()));
        };
    }

    private static void check(String id, String by) {
        if (!IDS.contains(id) || id.equals(StandInPipeline.BEHAVIOUR)) {
            List<String> others = IDS.stream().filter(known -> !known.equals(StandInPipeline.BEHAVIOUR)).toList();
            throw new IllegalArgumentException(
                    "stand-in " + id + "=" + by + ": nothing can stand in for '" + id + "'; choose one of " + String.join(", ", others));
        }
        if (!by.equals(StandInPipeline.BEHAVIOUR)) {
            throw new IllegalArgumentException(
                    "stand-in " + id + "=" + by + ": only " + StandInPipeline.BEHAVIOUR + " stands in for others; write " + id + "="
                            + StandInPipeline.BEHAVIOUR);
        }
    }
}
