namespace ReleaseTools.Sandbox.Ecs;

/// <summary>
/// Moves tasks and deployments to the present, from one thing that is due to the next, so that a step of an hour ends just
/// as 3600 steps of a second would.
/// </summary>
internal sealed class EcsClockwork(EcsState state, EcsTiming timing, TaskLifecycle lifecycle, DeploymentMachine machine)
{
    public void Advance(DateTimeOffset now)
    {
        while (EarliestDue() is { } due && due <= now)
        {
            foreach (var service in state.Services)
                Advance(service, due);
            AdvanceOneOff(due);
            Forget(due);
        }

        Forget(now);
    }

    private void Advance(ServiceState service, DateTimeOffset at)
    {
        var moved = false;
        foreach (var task in service.Live)
        {
            if (lifecycle.Due(task) is not { } due || due > at)
                continue;
            var deployment = service.Deployments.Find(task.IsOf);
            var outcome = lifecycle.Move(task, deployment, at);
            if (deployment is not null)
                machine.Note(outcome, deployment, at);
            moved = true;
        }

        if (moved)
        {
            state.Stopped.AddRange(service.Live.Where(task => task.Status is EcsTaskStatus.Stopped));
            service.Live.RemoveAll(task => task.Status is EcsTaskStatus.Stopped);
        }

        if (moved || service.WakeAt <= at)
            machine.Evaluate(service, at);
    }

    private void AdvanceOneOff(DateTimeOffset at)
    {
        foreach (var task in state.OneOff.Where(task => lifecycle.Due(task) <= at))
            lifecycle.Move(task, deployment: null, at);
        state.Stopped.AddRange(state.OneOff.Where(task => task.Status is EcsTaskStatus.Stopped));
        state.OneOff.RemoveAll(task => task.Status is EcsTaskStatus.Stopped);
    }

    private DateTimeOffset? EarliestDue()
    {
        DateTimeOffset? earliest = null;
        foreach (var service in state.Services)
        {
            Consider(service.WakeAt);
            foreach (var task in service.Live)
                Consider(lifecycle.Due(task));
        }

        foreach (var task in state.OneOff)
            Consider(lifecycle.Due(task));
        return earliest;

        void Consider(DateTimeOffset? due)
        {
            if (due < earliest || earliest is null)
                earliest = due ?? earliest;
        }
    }

    private void Forget(DateTimeOffset at)
    {
        var old = state.Stopped.FindIndex(task => task.StoppedAt + timing.StoppedTasksKept > at);
        state.Stopped.RemoveRange(0, old < 0 ? state.Stopped.Count : old);
    }
}
