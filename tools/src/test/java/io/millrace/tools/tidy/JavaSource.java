package io.millrace.tools.tidy;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** One source file as the compiler's parser sees it, so that braces in strings and comments mislead nobody. */
final class JavaSource {
    private final CompilationUnitTree unit;
    private final SourcePositions positions;

    private JavaSource(CompilationUnitTree unit, SourcePositions positions) {
        this.unit = unit;
        this.positions = positions;
    }

    static List<JavaSource> parse(List<Path> files) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            JavacTask task = (JavacTask) compiler.getTask(
                    null, manager, null, List.of("-proc:none"), null, manager.getJavaFileObjectsFromPaths(files));
            SourcePositions positions = Trees.instance(task).getSourcePositions();
            List<JavaSource> sources = new ArrayList<>();
            task.parse().forEach(unit -> sources.add(new JavaSource(unit, positions)));
            return sources;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String path() {
        return ProjectFiles.relative(Path.of(unit.getSourceFile().toUri()));
    }

    /** Name of each method, and its lines from its first annotation to its closing brace. */
    Map<String, Integer> methodLines() {
        Map<String, Integer> lines = new TreeMap<>();
        scan(new TreeScanner<>() {
            @Override
            public Void visitMethod(MethodTree method, Void none) {
                long end = positions.getEndPosition(unit, method);
                if (end >= 0) {
                    int length = Math.toIntExact(unit.getLineMap().getLineNumber(end) - startLine(method) + 1);
                    lines.merge(method.getName().toString(), length, Math::max);
                }
                return super.visitMethod(method, none);
            }
        });
        return lines;
    }

    List<Long> disabledWithoutReason() {
        List<Long> lines = new ArrayList<>();
        scan(new TreeScanner<>() {
            @Override
            public Void visitAnnotation(AnnotationTree annotation, Void none) {
                String name = annotation.getAnnotationType().toString();
                if ((name.equals("Disabled") || name.endsWith(".Disabled"))
                        && annotation.getArguments().stream()
                                .map(Object::toString)
                                .allMatch(text -> text.replace("value = ", "").length() <= 2)) {
                    lines.add(startLine(annotation));
                }
                return super.visitAnnotation(annotation, none);
            }
        });
        return lines;
    }

    private long startLine(Tree tree) {
        return unit.getLineMap().getLineNumber(positions.getStartPosition(unit, tree));
    }

    private void scan(TreeScanner<Void, Void> scanner) {
        scanner.scan(unit, null);
    }
}
