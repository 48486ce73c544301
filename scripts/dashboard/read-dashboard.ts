import * as v from 'valibot';
import { readResources } from './template.ts';

const place = { x: v.number(), y: v.number(), width: v.number(), height: v.number() };
const axisSchema = v.object({ label: v.string(), min: v.literal(0), showUnits: v.literal(false) });
const metricOptions = v.strictObject({
  label: v.string(),
  color: v.string(),
  stat: v.optional(v.string()),
  yAxis: v.optional(v.picklist(['left', 'right']), 'left'),
});
/** The namespace, the name, a dimension and its value, and how it is shown. */
const metricSchema = v.tuple([v.string(), v.string(), v.string(), v.string(), metricOptions]);

/** As much of the language of dashboards as ours speaks. Source: CloudWatch API Reference, "Dashboard Body Structure". */
const bodySchema = v.object({
  widgets: v.array(
    v.variant('type', [
      v.object({ type: v.literal('text'), ...place, properties: v.object({ markdown: v.string() }) }),
      v.object({
        type: v.literal('metric'),
        ...place,
        properties: v.strictObject({
          title: v.string(),
          region: v.string(),
          view: v.literal('timeSeries'),
          stacked: v.boolean(),
          stat: v.string(),
          period: v.number(),
          yAxis: v.strictObject({ left: axisSchema, right: v.optional(axisSchema) }),
          annotations: v.optional(
            v.strictObject({
              horizontal: v.array(
                v.strictObject({ label: v.string(), value: v.number(), color: v.string() }),
              ),
            }),
          ),
          metrics: v.array(metricSchema),
        }),
      }),
    ]),
  ),
});

const resourceSchema = v.object({ DashboardBody: v.string() });

export type Widget = v.InferOutput<typeof bodySchema>['widgets'][number];
export type MetricWidget = Extract<Widget, { type: 'metric' }>;

/** The widgets of the dashboard that `serverless.yml` gives a stage. */
export async function readDashboard(stage: string): Promise<readonly Widget[]> {
  const [resource] = (await readResources('AWS::CloudWatch::Dashboard', stage)).values();
  const { DashboardBody } = v.parse(resourceSchema, resource);
  return v.parse(bodySchema, JSON.parse(DashboardBody)).widgets;
}
