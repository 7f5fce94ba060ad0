using System.Reflection;

namespace Filmgate.Conventions.Tests;

public sealed class ReferenceTests
{
    private const string Any = "*";

    [Theory]
    [InlineData("Filmgate.Model", "")]
    [InlineData("Filmgate.Animatic", "")]
    [InlineData("Filmgate.Client", "")]
    [InlineData("Filmgate.Storage", "Filmgate.Model")]
    [InlineData("Filmgate.Dialects", "Filmgate.Model")]
    [InlineData("Filmgate.Engine", "Filmgate.Model Filmgate.Storage Filmgate.Animatic")]
    [InlineData("Filmgate.Server", "Filmgate.Model Filmgate.Storage Filmgate.Animatic Filmgate.Engine Filmgate.Dialects")]
    [InlineData("filmgate", Any)]
    public void References_point_towards_the_model(string assembly, string allowed)
    {
        var references = Assembly.Load(assembly).GetReferencedAssemblies()
            .Select(name => name.Name!).Where(name => name.StartsWith("Filmgate", StringComparison.OrdinalIgnoreCase)).ToArray();
        var wrong = references.Except(allowed.Split(' ')).ToArray();
        Assert.True(
            allowed == Any || wrong.Length == 0,
            $"{assembly} references {string.Join(", ", wrong)}. References point towards Filmgate.Model: move the type that is needed into Filmgate.Model, "
            + "or let Filmgate.Server hand it over through an interface.");
    }

    [Fact]
    public void Every_project_of_the_product_has_its_place_in_that_order()
    {
        var named = typeof(ReferenceTests).GetMethod(nameof(References_point_towards_the_model))!.GetCustomAttributes<InlineDataAttribute>()
            .Select(data => (string)data.Data[0]!).Select(name => name == "filmgate" ? "Filmgate.Cli" : name);
        Assert.Equal(Directory.GetDirectories(Repository.PathOf("src")).Select(path => Path.GetFileName(path)!).Order(), named.Order());
    }

    [Fact]
    public void The_model_uses_no_package()
    {
        var foreign = Assembly.Load("Filmgate.Model").GetReferencedAssemblies().Select(name => name.Name!)
            .Where(name => !name.StartsWith("System.", StringComparison.Ordinal)).ToArray();
        Assert.True(foreign.Length == 0, $"Filmgate.Model uses {string.Join(", ", foreign)}. It holds vocabulary and rules only; I/O and packages belong into other projects.");
    }
}
