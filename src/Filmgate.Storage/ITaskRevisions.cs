using Filmgate.Model.Identity;

namespace Filmgate.Storage;

/// <summary>Says how far tasks have come, many at a time and without reading them: for those who watch and want to know whether a look is worth it.</summary>
public interface ITaskRevisions
{
    /// <summary>The revisions of tasks; one that is deleted, or that its account does not have, is left out.</summary>
    /// <param name="tasks">The tasks, at most 1000, each once.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    ValueTask<IReadOnlyDictionary<TaskKey, long>> ReadAsync(IReadOnlyCollection<TaskKey> tasks, CancellationToken cancellationToken);
}
