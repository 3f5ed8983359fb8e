/** Computes cost, capacity and latency of every hosting option for one month of requests. */

/** @typedef {{ requests: number, samples: number, peak: number, memory_mb: number, cold_share: number, form_share: number, free_tier: boolean, redundant: boolean }} Traffic */
/** @typedef {{ prices: { taken: string, prices: Record<string, { tiers: [number, number][], verified: boolean }>, free: Record<string, { amount: number }> }, assumptions: { values: Record<string, { value: number }>, sizes: any }, measured: any }} Inputs costs.json */
/** @typedef {{ option: string, lines: Record<string, number>, size: string, units: number, typicalMs: number, slowMs: number | null, beyondQuota: boolean }} Estimate USD a month by line; ms at the peak without network, null where not known */
/** @typedef {ReturnType<typeof monthOf>} Month */

/** Traffic of the document, and what the sliders start with. @type {Traffic} */
export const USUAL = {
  requests: 1e6,
  samples: 1,
  peak: 5,
  memory_mb: 512,
  cold_share: 0.01,
  form_share: 0.1,
  free_tier: false,
  redundant: true,
};

/** @param {Traffic} traffic @param {Inputs} inputs @returns {Estimate[]} one of each option */
export function estimates(traffic, inputs) {
  const month = monthOf(traffic, inputs);
  return [
    lambda(month),
    cheapest(month, "ec2", month.sizes.ec2, ec2Lines),
    cheapest(month, "ecs-ec2", month.sizes.ec2, ecsLines),
    cheapest(month, "fargate", month.sizes.fargate, fargateLines),
    cheapest(month, "sagemaker", month.sizes.sagemaker, sagemakerLines),
    sagemakerServerless(month),
  ];
}

/** @param {Estimate} estimate USD a month */
export const total = ({ lines }) => sum(Object.values(lines));

const sum = (/** @type {number[]} */ amounts) => amounts.reduce((all, each) => all + each, 0);

/** Rates a second, amounts a month and prices. @param {Traffic} traffic @param {Inputs} inputs */
function monthOf(traffic, { prices, assumptions, measured }) {
  const entries = Object.entries(assumptions.values).map(([name, { value }]) => [name, value]);
  /** @type {Record<string, number>} */
  const assumed = Object.fromEntries(entries);
  const { requests, samples, form_share, free_tier } = traffic;
  const more = samples - 1;
  const answer = measured.answer_bytes + more * measured.answer_sample_bytes;
  const answerGb = (requests * answer) / assumed.bytes_a_gb;
  const visits = (requests * form_share) / assumed.calls_a_visit;
  const largest = Math.max(answer, samples * assumed.sample_bytes);
  const meanRps = requests / (assumed.hours_a_month * 3600);
  return {
    traffic,
    assumed,
    measured,
    sizes: assumptions.sizes,
    hours: assumed.hours_a_month,
    meanRps,
    peakRps: meanRps * traffic.peak,
    serverMs: measured.server_ms + more * measured.server_sample_ms,
    answerGb,
    formAnswerGb: answerGb * form_share,
    pageGb: (visits * assumed.page_bytes) / assumed.bytes_a_gb,
    pageFiles: visits * assumed.page_files,
    apiUnits: requests * Math.ceil(largest / assumed.api_unit_bytes),
    /** USD of a quantity: each tier's price holds for the units within it. */
    cost: (/** @type {string} */ name, /** @type {number} */ quantity) =>
      sum(
        prices.prices[name].tiers.map(([start, usd], index, tiers) => {
          const end = tiers[index + 1]?.[0] ?? Infinity;
          return Math.max(0, Math.min(quantity, end) - start) * usd;
        }),
      ),
    /** What is left of a quantity after the free tier, if that is counted. */
    paid: (/** @type {number} */ quantity, /** @type {string} */ name) =>
      free_tier ? Math.max(0, quantity - prices.free[name].amount) : quantity,
  };
}

/** @param {Month} month @returns {Estimate} */
function lambda(month) {
  const { traffic, cost, paid, peakRps, assumed, measured } = month;
  const own = measured.memory_mb[traffic.memory_mb];
  const moreMs = (traffic.samples - 1) * own.sample_ms;
  const warmMs = own.billed_ms + moreMs;
  const coldMs = measured.cold_ms - own.billed_ms;
  const billedS = (traffic.requests * (warmMs + traffic.cold_share * coldMs)) / 1000;
  const gbSeconds = (billedS * traffic.memory_mb) / 1024;
  const lines = {
    compute: cost("lambda_gb_second", paid(gbSeconds, "lambda_gb_seconds")),
    requests: cost("lambda_request", paid(traffic.requests, "lambda_requests")),
    api: cost("http_api_request", month.apiUnits),
    ...siteLines(month),
    ...containerLines(month, assumed.access_log_bytes),
  };
  const byRate = peakRps / assumed.requests_an_environment_s;
  const units = Math.ceil(Math.max((peakRps * warmMs) / 1000, byRate, 1));
  return {
    option: "lambda",
    lines,
    size: `${traffic.memory_mb} MB`,
    units,
    typicalMs: traffic.cold_share > 0.5 ? warmMs + coldMs : warmMs,
    slowMs: traffic.cold_share >= 0.01 ? warmMs + coldMs : own.slow_ms + moreMs,
    beyondQuota: units > assumed.account_concurrency,
  };
}

/** Cold starts were not measured, so they are neither billed nor timed. @param {Month} month @returns {Estimate} */
function sagemakerServerless(month) {
  const { traffic, cost, peakRps, assumed, measured } = month;
  /** @type {number[]} */
  const sizes = month.sizes.sagemaker_serverless;
  const gb = sizes.find((size) => size * 1024 >= traffic.memory_mb) ?? sizes[sizes.length - 1];
  const known = Object.keys(measured.memory_mb).map(Number);
  // The largest measured memory that fits: the billed time is never understated
  const own = measured.memory_mb[Math.max(...known.filter((mb) => mb <= gb * 1024))];
  const moreMs = (traffic.samples - 1) * own.sample_ms;
  const warmMs = own.billed_ms + moreMs;
  const gbSeconds = ((traffic.requests * warmMs) / 1000) * gb;
  const units = Math.ceil(Math.max((peakRps * warmMs) / 1000, 1));
  return {
    option: "sagemaker-serverless",
    lines: {
      compute: cost("sagemaker_serverless_gb_second", gbSeconds),
      ...sagemakerFrontLines(month),
    },
    size: `${gb} GB`,
    units,
    typicalMs: warmMs,
    slowMs: traffic.cold_share >= 0.01 ? null : own.slow_ms + moreMs,
    beyondQuota: units > assumed.sagemaker_serverless_concurrency,
  };
}

/**
 * The cheapest size of a host, and as many hosts as the peak needs.
 *
 * @param {Month} month
 * @param {string} option
 * @param {any[]} sizes
 * @param {(month: Month, size: any, hosts: number) => Record<string, number>} linesOf
 * @returns {Estimate}
 */
function cheapest(month, option, sizes, linesOf) {
  const found = sizes.map((size) => {
    const hosts = hostsOf(month, size.vcpus);
    const serviceMs = month.serverMs / Math.min(1, size.vcpus);
    const workers = hosts * Math.max(1, Math.floor(size.vcpus));
    const wait = (/** @type {number} */ share) =>
      waitingQuantile(workers, month.peakRps / 1000, serviceMs, share);
    return {
      option,
      lines: linesOf(month, size, hosts),
      size: size.name,
      units: hosts,
      typicalMs: serviceMs + wait(0.5),
      slowMs: serviceMs + wait(0.99),
      beyondQuota: false,
    };
  });
  return found.reduce((best, each) => (total(each) < total(best) ? each : best));
}

/** Hosts for the peak, and one more if the loss of a host must be survived. @param {Month} month @param {number} vcpus of a host */
function hostsOf({ peakRps, serverMs, assumed, traffic }, vcpus) {
  const busy = (peakRps * serverMs) / 1000;
  const hosts = Math.max(1, Math.ceil(busy / (vcpus * assumed.utilisation_at_peak)));
  return traffic.redundant ? hosts + 1 : hosts;
}

/**
 * Time within which a share of the arrivals begins service, by Erlang's C formula.
 *
 * @param {number} servers
 * @param {number} rate arrivals per unit of time
 * @param {number} service time
 * @param {number} share
 */
export function waitingQuantile(servers, rate, service, share) {
  const offered = rate * service;
  if (offered >= servers) return Infinity;
  let blocked = 1;
  for (let count = 1; count <= servers; count++) {
    blocked = (offered * blocked) / (count + offered * blocked);
  }
  const waiting = (servers * blocked) / (servers - offered * (1 - blocked));
  return Math.max(0, (Math.log(waiting / (1 - share)) * service) / (servers - offered));
}

/** The site on the hosts, logs on their disks, a load balancer from the second host on. @param {Month} month @param {any} size @param {number} hosts */
function ec2Lines(month, size, hosts, balanced = hosts > 1) {
  const { cost, hours, meanRps, serverMs, assumed } = month;
  const busy = (meanRps * serverMs) / 1000;
  const surplus = Math.max(0, busy - size.baseline * size.vcpus * hosts);
  return {
    compute: cost(size.price, hosts * hours) + cost("ec2_t3_surplus_vcpu_hour", surplus * hours),
    disk: cost("ebs_gp3_gb_month", hosts * assumed.host_disk_gb),
    ...networkLines(month, hosts, balanced),
  };
}

/** The same hosts run by ECS, which is free; logs go to CloudWatch. @param {Month} month @param {any} size @param {number} hosts */
const ecsLines = (month, size, hosts) => ({
  ...ec2Lines(month, size, hosts, true),
  ...containerLines(month),
});

/** Tasks with public addresses, which need no NAT gateway. @param {Month} month @param {any} size @param {number} tasks */
const fargateLines = (month, size, tasks) => ({
  compute:
    month.cost("fargate_vcpu_hour", size.vcpus * tasks * month.hours) +
    month.cost("fargate_gb_hour", size.gb * tasks * month.hours),
  ...networkLines(month, tasks, true),
  ...containerLines(month),
});

/** @param {Month} month @param {any} size @param {number} instances */
const sagemakerLines = (month, size, instances) => ({
  compute: month.cost(size.price, instances * month.hours),
  ...sagemakerFrontLines(month),
});

/** @param {Month} month @param {number} hosts @param {boolean} balanced */
function networkLines({ cost, paid, hours, meanRps, answerGb, pageGb, assumed }, hosts, balanced) {
  // A capacity unit is billed by the dimension that needs most: connections or bytes
  const units = Math.max(meanRps / assumed.connections_an_lcu_s, (answerGb + pageGb) / hours);
  const addresses = hosts + (balanced ? assumed.balancer_addresses : 0);
  return {
    balancer: balanced ? cost("alb_hour", hours) + cost("alb_lcu_hour", units * hours) : 0,
    addresses: cost("public_ipv4_hour", addresses * hours),
    egress: cost("egress_gb", paid(answerGb + pageGb, "egress_gb")),
  };
}

/** A REST API that signs the requests of browsers, and bytes through the endpoint. @param {Month} month */
function sagemakerFrontLines(month) {
  const { traffic, cost, answerGb, assumed } = month;
  const asked = traffic.requests * traffic.samples * assumed.sample_bytes;
  return {
    api: cost("rest_api_request", month.apiUnits),
    data: cost("sagemaker_data_gb", answerGb + asked / assumed.bytes_a_gb),
    ...siteLines(month),
    ...containerLines(month),
  };
}

/** The form on S3 and CloudFront, which its own requests pass; programs call the API. @param {Month} month */
function siteLines({ traffic, cost, paid, assumed, ...month }) {
  const edgeGb = paid(month.formAnswerGb + month.pageGb, "cloudfront_gb");
  const directGb = paid(month.answerGb - month.formAnswerGb, "egress_gb");
  const edgeRequests = month.pageFiles + traffic.requests * traffic.form_share;
  return {
    egress: cost("cloudfront_gb", edgeGb) + cost("egress_gb", directGb),
    site:
      cost("cloudfront_request", paid(edgeRequests, "cloudfront_requests")) +
      cost("s3_get", month.pageFiles) +
      cost("s3_gb_month", assumed.site_gb),
  };
}

/** Logs, alarms and metrics in CloudWatch, and the image in ECR. @param {Month} month @param {number} [moreBytes] of log a request */
function containerLines({ traffic, cost, paid, assumed, measured }, moreBytes = 0) {
  const logGb = (traffic.requests * (measured.log_bytes + moreBytes)) / assumed.bytes_a_gb;
  // A metric is billed for the hours in which a request writes it
  const hourShare = 1 - Math.exp(-traffic.requests / assumed.hours_a_month);
  return {
    logs:
      cost("logs_ingested_gb", paid(logGb, "logs_gb")) +
      cost("logs_stored_gb_month", logGb * assumed.log_months),
    monitoring:
      cost("alarm_month", paid(assumed.alarms, "alarms")) +
      cost("metric_month", paid(assumed.metrics, "metrics") * hourShare),
    image: cost("ecr_gb_month", measured.image_gb),
  };
}
