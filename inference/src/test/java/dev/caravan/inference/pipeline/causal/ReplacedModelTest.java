package dev.caravan.inference.pipeline.causal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.caravan.inference.frame.Picture.Rgb24;
import dev.caravan.inference.ort.FragileDevice;
import dev.caravan.inference.ort.Handles;
import dev.caravan.inference.pipeline.LoadRequest;
import dev.caravan.inference.pipeline.LoadedPipeline;
import dev.caravan.inference.pipeline.Parameters;
import dev.caravan.inference.pipeline.PipelineLoader;
import dev.caravan.inference.pipeline.PipelineRegistry;
import dev.caravan.inference.pipeline.PipelineStream;
import dev.caravan.inference.pipeline.Progress;
import dev.caravan.inference.wan.vae.VaeType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A model that others take the place of, or whose files go away, works on for those who use it, and for those who come later. */
@Timeout(120)
class ReplacedModelTest {

    private static final FamilyCase LONG_LIVE = FamilyCase.all().getFirst();
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    private Path models;
    private FragileDevice device;

    @BeforeEach
    void writeModels() throws Exception {
        models = FamilyCase.models(folder);
        device = new FragileDevice();
    }

    @AfterEach
    void nothingIsLeftOnTheDevice() {
        assertEquals(new Handles(0, 0, 0), device.device().handles());
        device.close();
    }

    /** In eight bits and with adapters of this strength, so that everything it takes was written for it. */
    private LoadRequest request(double strength, VaeType vae) {
        Map<String, Object> all = new HashMap<>(LONG_LIVE.request(models).parameters());
        String adapter = FamilyCase.adapter(LONG_LIVE.family());
        all.put("quantization", "fp8_e4m3fn");
        all.put("vae_type", vae.wireName());
        all.put("loras", List.of(Map.of("path", adapter, "scale", strength, "merge_mode", "runtime_peft"),
                Map.of("path", "merged-" + adapter, "scale", strength, "merge_mode", "permanent_merge")));
        return new LoadRequest(all, models);
    }

    private LoadedPipeline load(double strength, VaeType vae) throws Exception {
        return LONG_LIVE.on(device.device()).load(request(strength, vae), Progress.NONE);
    }

    /** A first frame, input that guides, input that is begun with, another prompt. */
    private static List<byte[]> pictures(PipelineStream stream) throws Exception {
        List<byte[]> pictures = new ArrayList<>();
        for (Map<String, Object> chunk : List.<Map<String, Object>>of(Map.of("vace_enabled", true, "first_frame_image", "a"),
                Map.of("vace_enabled", true, "input_mode", "video"), Map.of("input_mode", "video"),
                Map.of("prompts", List.of(Map.of("text", "a boat"))))) {
            pictures.addAll(TinyLongLive.chunk(stream, TinyLongLive.with(chunk)));
        }
        return pictures;
    }

    private static List<byte[]> ofNewStream(LoadedPipeline model) throws Exception {
        try (PipelineStream stream = FamilyCase.open(model)) {
            return pictures(stream);
        }
    }

    private static void assertSame(List<byte[]> expected, List<byte[]> actual) {
        assertArrayEquals(expected.toArray(), actual.toArray());
    }

    @ParameterizedTest
    @EnumSource
    void aLoadedModelNeedsItsFilesNoMore(VaeType vae) throws Exception {
        try (LoadedPipeline model = load(0.7, vae)) {
            Path known = TinyLongLive.linked(models, folder.resolve("known"));
            List<byte[]> before;
            try (LoadedPipeline same = LONG_LIVE.on(device.device())
                    .load(new LoadRequest(request(0.7, vae).parameters(), known), Progress.NONE)) {
                before = ofNewStream(same);
            }
            deleteFiles(models);
            assertSame(before, ofNewStream(model));
        }
    }

    /** As an editor or a copy does it that does not put a new file in the old one's place. */
    @Test
    void anAdapterThatIsWrittenOverInPlaceIsTheOldOneUntilItIsLoadedAgain() throws Exception {
        Path adapter = models.resolve("lora").resolve(FamilyCase.adapter(LONG_LIVE.family()));
        try (LoadedPipeline model = LONG_LIVE.load(device.device(), models)) {
            List<byte[]> before = ofNewStream(model);
            byte[] stronger = Files.readAllBytes(adapter);
            for (int i = stronger.length - 100; i < stronger.length; i++) {
                stronger[i] = 0x40;
            }
            Files.write(adapter, stronger, StandardOpenOption.WRITE);
            assertSame(before, ofNewStream(model));
            try (LoadedPipeline again = LONG_LIVE.load(device.device(), models)) {
                assertFalse(Arrays.deepEquals(before.toArray(), ofNewStream(again).toArray()));
            }
        }
    }

    private static void deleteFiles(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder).filter(Files::isRegularFile)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void weightsThatWereWrittenForItMakeRoomForThoseOfOthersAndItsStreamsGoOn() throws Exception {
        try (LoadedPipeline model = load(0.7, VaeType.WAN); PipelineStream early = FamilyCase.open(model)) {
            List<byte[]> first = ofNewStream(model);
            List<Path> written = derived();
            for (double strength : new double[] {0.1, 0.2, 0.3}) {
                load(strength, VaeType.WAN).close();
            }
            List<Path> left = new ArrayList<>(derived());
            left.retainAll(written);
            assertEquals(List.of(), left, "all that was written for it is gone");
            assertSame(first, pictures(early));
            assertSame(first, ofNewStream(model));
        }
    }

    private List<Path> derived() throws IOException {
        try (Stream<Path> files = Files.list(models.resolve("derived"))) {
            return files.filter(file -> file.toString().endsWith(".safetensors")).toList();
        }
    }

    @Test
    void aModelReplacedInTheMiddleOfAGuidedChunkStaysUntilItsStreamEnds() throws Exception {
        PipelineRegistry registry = new PipelineRegistry(List.of(LONG_LIVE.on(device.device())));
        Parameters guided = TinyLongLive.with(Map.of("vace_enabled", true, "first_frame_image", "a", "vace_ref_images", List.of("b")));
        try (PipelineLoader loader = new PipelineLoader(registry, models, PipelineLoader.Listener.NONE)) {
            replace(loader, 0.7);
            try (PipelineLoader.Lease lease = loader.acquire(List.of());
                    PipelineStream alone = FamilyCase.open(lease.nodes().getFirst().loaded());
                    PipelineStream stream = FamilyCase.open(lease.nodes().getFirst().loaded())) {
                List<byte[]> expected = TinyLongLive.chunk(alone, guided);
                List<byte[]> replaced = new ArrayList<>();
                stream.next(List.of(), guided, (picture, time) -> {
                    if (replaced.isEmpty()) {
                        replace(loader, -0.7);
                    }
                    replaced.add(((Rgb24) picture).data());
                });
                assertSame(expected, replaced);
                assertSame(TinyLongLive.chunk(alone, guided), TinyLongLive.chunk(stream, guided));
                try (PipelineLoader.Lease later = loader.acquire(List.of());
                        PipelineStream other = FamilyCase.open(later.nodes().getFirst().loaded())) {
                    assertFalse(Arrays.equals(expected.getFirst(), TinyLongLive.chunk(other, guided).getFirst()));
                }
            }
        }
    }

    private void replace(PipelineLoader loader, double strength) {
        try {
            loader.load(List.of(new PipelineLoader.Entry("longlive", "longlive", request(strength, VaeType.WAN).parameters())));
            assertEquals(PipelineLoader.State.LOADED, loader.awaitIdle(LONG).state());
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
