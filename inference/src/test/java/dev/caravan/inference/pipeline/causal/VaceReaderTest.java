package dev.caravan.inference.pipeline.causal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.frame.Picture.Rgb24;
import dev.caravan.inference.pipeline.Parameters;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.Refusal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What guides a chunk, as sessions say it. */
class VaceReaderTest {

    private static final VaceSettings LOADED = new VaceSettings(true, true, 1.25, List.of());

    /** Paths that were opened; one that begins with "no" is not there. */
    private final List<String> opened = new ArrayList<>();

    private VaceReader reader(VaceSettings settings, int chunkFrames) {
        return new VaceReader("longlive", settings, this::open, chunkFrames);
    }

    private VaceReader reader() {
        return reader(LOADED, 12);
    }

    private Rgb24 open(String path) throws PipelineException {
        opened.add(path);
        if (path.startsWith("no")) {
            throw new PipelineException("there is no picture " + path, false);
        }
        return picture(path);
    }

    private static Rgb24 picture(String path) {
        return new Rgb24(path.length(), 1, new byte[3 * path.length()]);
    }

    private static Parameters with(Object... keysAndValues) {
        Map<String, Object> values = new HashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            values.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return new Parameters(values);
    }

    @Test
    void aSessionThatSaysNothingBeginsFromItsInputAndIsGuidedByNothing() {
        VaceRequest request = reader().read(Parameters.NONE, true);
        assertFalse(request.inputGuides());
        assertEquals(List.of(), request.references());
        assertEquals(Optional.empty(), request.firstFrame());
        assertEquals(1.25, request.contextScale(), "as it was loaded");
    }

    @Test
    void inputGuidesWhereVaceIsOnUnlessItIsToBeginFromIt() {
        assertTrue(reader().read(with("vace_enabled", true), true).inputGuides());
        assertTrue(reader().read(with("vace_enabled", true, "vace_use_input_video", true), true).inputGuides());
        assertFalse(reader().read(with("vace_enabled", true, "vace_use_input_video", false), true).inputGuides());
        assertFalse(reader().read(with("vace_use_input_video", true), true).inputGuides());
        assertFalse(reader().read(with("vace_enabled", false), true).inputGuides());
    }

    @Test
    void theScaleOfTheSessionWinsAndIsKeptInItsRange() {
        assertEquals(0.5, reader().read(with("vace_context_scale", 0.5), false).contextScale());
        assertEquals(2, reader().read(with("vace_context_scale", 1e9), false).contextScale());
        assertEquals(0, reader().read(with("vace_context_scale", -3), false).contextScale());
        assertEquals(1.25, reader().read(with("vace_context_scale", Double.NaN), false).contextScale());
        assertEquals(1.25, reader().read(with("vace_context_scale", "much"), false).contextScale());
    }

    @Test
    void picturesAreOpenedByTheirPaths() {
        VaceRequest request = reader().read(
                with("vace_ref_images", List.of("a", "bb"), "first_frame_image", "ccc", "last_frame_image", "dddd"), false);
        assertEquals(List.of("ccc", "dddd", "a"), opened, "beside a first and a last one reference counts");
        assertEquals(1, request.references().size());
        assertEquals(3, request.firstFrame().orElseThrow().width());
        assertEquals(4, request.lastFrame().orElseThrow().width());
    }

    @Test
    void referencesAloneAreAsManyAsAChunkHasFrames() {
        List<String> many = Collections.nCopies(32, "a");
        assertEquals(12, reader().read(with("vace_ref_images", many), false).references().size());
        assertEquals(12, reader().read(with("vace_ref_images", many, "vace_enabled", true), false).references().size());
        assertEquals(12, reader().read(with("vace_ref_images", many), true).references().size());
        assertEquals(1, reader().read(with("vace_ref_images", many, "vace_enabled", true), true).references().size());
    }

    @Test
    void aPictureThatIsNotThereIsLeftOutAndTold() {
        VaceReader reader = reader();
        VaceRequest request = reader.read(with("vace_ref_images", List.of("no1", "a"), "first_frame_image", "no2"), false);
        assertEquals(1, request.references().size());
        assertEquals(Optional.empty(), request.firstFrame());
        assertEquals(List.of(
                new Refusal("first_frame_image", "there is no picture no2"), new Refusal("vace_ref_images", "there is no picture no1")),
                reader.refused());
        assertEquals(List.of(), reader.refused(), "told once");
    }

    @Test
    void aChunkTooShortForAFirstAndALastPictureTakesTheFirst() {
        VaceReader reader = reader(LOADED, 4);
        VaceRequest request = reader.read(with("first_frame_image", "a", "last_frame_image", "b"), false);
        assertTrue(request.firstFrame().isPresent());
        assertTrue(request.lastFrame().isEmpty());
        assertEquals("last_frame_image", reader.refused().getFirst().key());
        assertTrue(reader.read(with("last_frame_image", "b"), false).lastFrame().isPresent());
    }

    @Test
    void aSessionBeginsWithTheReferencesOfTheLoadUnlessItNamesItsOwn() {
        VaceSettings settings = new VaceSettings(true, true, 1, List.of("of the load"));
        VaceReader reader = reader(settings, 12);
        assertEquals(1, reader.read(Parameters.NONE, false).references().size());
        assertEquals(0, reader.read(Parameters.NONE, false).references().size(), "for one chunk");
        assertEquals(0, reader(settings, 12).read(with("vace_ref_images", List.of()), false).references().size());
        opened.clear();
        reader(settings, 12).read(with("vace_ref_images", List.of("mine")), false);
        assertEquals(List.of("mine"), opened);
    }

    static List<Parameters> nonsense() {
        return List.of(
                with("vace_enabled", "true", "vace_use_input_video", 1),
                with("vace_ref_images", "a.png"),
                with("vace_ref_images", Map.of("path", "a.png")),
                with("vace_ref_images", Arrays.asList(1, null, List.of(), Map.of())),
                with("first_frame_image", List.of("a.png"), "last_frame_image", 5),
                with("first_frame_image", "", "last_frame_image", ""));
    }

    @ParameterizedTest
    @MethodSource("nonsense")
    void whatIsNoRequestIsNone(Parameters parameters) {
        VaceReader reader = reader();
        VaceRequest request = reader.read(parameters, true);
        assertEquals(new VaceRequest(false, List.of(), Optional.empty(), Optional.empty(), 1.25), request);
        assertEquals(List.of(), reader.refused());
        assertEquals(List.of(), opened);
    }

    @Test
    void aModelLoadedWithoutVaceOpensNoPictureAndSaysSoOnce() {
        VaceReader reader = reader(VaceSettings.OFF, 12);
        assertEquals(VaceRequest.NONE, reader.read(with("vace_enabled", false, "vace_ref_images", List.of()), true));
        assertEquals(List.of(), reader.refused());
        Parameters asking = with("vace_enabled", true, "vace_ref_images", List.of("a"), "last_frame_image", "b");
        assertEquals(VaceRequest.NONE, reader.read(asking, true));
        assertEquals(List.of(new Refusal("vace_enabled", "longlive was loaded without VACE: nothing but prompts and input video counts;"
                + " load it with vace_enabled true to use vace_enabled, vace_ref_images, last_frame_image")), reader.refused());
        reader.read(asking, true);
        assertEquals(List.of(), reader.refused());
        assertEquals(List.of(), opened);
    }
}
