package dev.caravan.inference;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.ObjectInputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.channels.FileChannel;
import java.time.Clock;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Who may import whom in this storey (DESIGN §2). */
class ArchitectureTest {

    // Plain tests, not @ArchTest fields: those are not found by every launcher, and a rule that is not run is no rule.
    private static final JavaClasses CLASSES =
            new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("dev.caravan.inference");

    @Test
    void inferenceKnowsNothingOfTheStoreysAboveNorOfTheirLibraries() {
        noClasses()
                .that()
                .resideInAPackage("dev.caravan.inference..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.caravan.processors..", "dev.caravan.api..", "dev.caravan.http..", "dev.caravan.config..",
                        "org.apache.camel..", "io.vertx..", "dev.onvoid..", "org.apache.kafka..", "org.bytedeco..", "java.awt..", "javax.imageio..")
                .check(CLASSES);
    }

    @Test
    void framesKnowNothingElse() {
        classes()
                .that()
                .resideInAPackage("dev.caravan.inference.frame")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("dev.caravan.inference.frame", "java..", "org.jspecify..")
                .check(CLASSES);
    }

    @Test
    void drawingKnowsFramesOnly() {
        classes()
                .that()
                .resideInAPackage("dev.caravan.inference.draw")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("dev.caravan.inference.draw", "dev.caravan.inference.frame", "java..", "org.jspecify..")
                .check(CLASSES);
    }

    @Test
    void checkpointsKnowTensorsOnly() {
        noClasses()
                .that()
                .resideInAPackage("dev.caravan.inference.checkpoint")
                .should()
                .dependOnClassesThat(resideInAPackage("dev.caravan.inference..").and(not(resideInAnyPackage(
                        "dev.caravan.inference.checkpoint", "dev.caravan.inference.tensor"))))
                .check(CLASSES);
    }

    @Test
    void roomsOfTheEngineKnowOnlyThoseBelow() {
        onlyKnows("tensor");
        onlyKnows("onnx", "tensor");
        onlyKnows("ort", "onnx", "tensor");
        onlyKnows("nn", "ort", "onnx", "checkpoint", "tensor");
        onlyKnows("lora", "nn", "ort", "onnx", "checkpoint", "tensor");
        onlyKnows("diffusion", "tensor");
        onlyKnows("text");
        onlyKnows("wan.vae", "nn", "ort", "onnx", "checkpoint", "tensor");
        onlyKnows("wan.umt5", "text", "nn", "ort", "onnx", "checkpoint", "tensor");
        onlyKnows("wan", "text", "diffusion", "nn", "ort", "onnx", "checkpoint", "tensor");
    }

    private static void onlyKnows(String room, String... others) {
        String[] known = Stream.concat(Stream.of(room), Stream.of(others)).map(name -> "dev.caravan.inference." + name)
                .toArray(String[]::new);
        noClasses()
                .that()
                .resideInAPackage("dev.caravan.inference." + room)
                .should()
                .dependOnClassesThat(resideInAPackage("dev.caravan.inference..").and(not(resideInAnyPackage(known))))
                .check(CLASSES);
    }

    @Test
    void onlyTheRuntimesRoomCallsNativeCode() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.caravan.inference.ort")
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(Linker.class, SymbolLookup.class, FunctionDescriptor.class)
                .orShould()
                .callMethod(MemorySegment.class, "reinterpret", long.class)
                .check(CLASSES);
    }

    /** Others only hand arrays and mapped files over as segments. */
    @Test
    void filesAreMappedByCheckpointsOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.caravan.inference.checkpoint", "dev.caravan.inference.ort")
                .should()
                .callMethod(FileChannel.class, "map", FileChannel.MapMode.class, long.class, long.class)
                .orShould()
                .callMethod(FileChannel.class, "map", FileChannel.MapMode.class, long.class, long.class, Arena.class)
                .check(CLASSES);
    }

    @Test
    void nobodyButTheirListKnowsThePipelinesThatComeWithTheHub() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.caravan.inference.pipeline.builtin")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.caravan.inference.pipeline.builtin")
                .check(CLASSES);
    }

    @Test
    void packagesDependOnEachOtherOneWayOnly() {
        slices().matching("dev.caravan.inference.(**)").should().beFreeOfCycles()
                .check(CLASSES);
    }

    @Test
    void nobodyReadsTheSystemClock() {
        noClasses()
                .should()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(Clock.class, "systemUTC")
                .check(CLASSES);
    }

    @Test
    void nothingIsDeserialisedOrPrinted() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .areAssignableTo(ObjectInputStream.class)
                .orShould()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .check(CLASSES);
    }
}
